package engine

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// encodeParts is "REPLIES:NS,REPLIES:NS,...".
func encodeParts(parts []Part) string {
	words := make([]string, len(parts))
	for i, p := range parts {
		words[i] = fmt.Sprintf("%d:%d", p.Requests, time.Duration(p.Seconds*float64(time.Second)+0.5))
	}
	return strings.Join(words, ",")
}

func decodeParts(text string) ([]Part, error) {
	var parts []Part
	for word := range strings.SplitSeq(text, ",") {
		replies, ns, _ := strings.Cut(word, ":")
		n, err := strconv.ParseUint(replies, 10, 64)
		if err != nil {
			return nil, err
		}
		length, err := strconv.ParseInt(ns, 10, 64)
		if err != nil {
			return nil, err
		}
		parts = append(parts, Part{n, time.Duration(length).Seconds()})
	}
	return parts, nil
}

// encodeEach is base64 of varints: 10,000 connections' replies are 14 to 28 KB.
func encodeEach(each []uint32) string {
	packed := make([]byte, 0, 2*len(each))
	for _, n := range each {
		packed = binary.AppendUvarint(packed, uint64(n))
	}
	return base64.StdEncoding.EncodeToString(packed)
}

func decodeEach(text string) ([]uint32, error) {
	packed, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, err
	}
	var each []uint32
	for len(packed) > 0 {
		n, size := binary.Uvarint(packed)
		if size <= 0 || n > 1<<32-1 {
			return nil, errors.New("a number is cut off, or too large")
		}
		each, packed = append(each, uint32(n)), packed[size:]
	}
	return each, nil
}
