package main

import "sync"

// BEGIN YOUR QUEUE

type queue struct {
	lock    sync.Mutex
	filled  *sync.Cond
	idle    int // workers that wait, less those for whom somebody is there already
	waiting []int
}

// put lets those wait who have a free worker, and QueueSize more.
func (q *queue) put(fd int) bool {
	q.lock.Lock()
	defer q.lock.Unlock()
	if len(q.waiting) >= QueueSize+q.idle {
		return false
	}
	q.waiting = append(q.waiting, fd)
	q.filled.Signal()
	return true
}

func (q *queue) take() int {
	q.lock.Lock()
	defer q.lock.Unlock()
	q.idle++
	for len(q.waiting) == 0 {
		q.filled.Wait()
	}
	q.idle--
	fd := q.waiting[0]
	q.waiting = q.waiting[1:]
	return fd
}

func serve(listener int) error {
	q := &queue{}
	q.filled = sync.NewCond(&q.lock)
	for range Workers {
		startThread(func() {
			for {
				fd := q.take()
				converse(fd)
				hangUp(fd)
			}
		})
	}
	for {
		fd, err := accept(listener)
		if err == errStopped {
			return nil
		}
		if err != nil {
			return err
		}
		if !q.put(fd) {
			hangUp(fd)
		}
	}
}

// END YOUR QUEUE
