package measure

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/procfs"

	p "c10klab/services/protocol"
)

// PartNet is what the kernel counted of connections and segments that it dropped or sent again.
const PartNet = "net"

var netEvents = desc(p.MetricNetEvents, "What the kernel counted in the service's network namespace: connections that a full backlog dropped, timeouts, segments sent again.", "name")

func (c *collector) collectNet(ch chan<- prometheus.Metric) {
	self, err := procfs.NewFS(string(c.Service.Proc))
	if err != nil {
		return
	}
	me, err := self.Self()
	if err != nil {
		return
	}
	counts := map[string]*float64{}
	if n, err := me.Netstat(); err == nil {
		counts["ListenDrops"], counts["ListenOverflows"], counts["TCPTimeouts"] = n.ListenDrops, n.ListenOverflows, n.TCPTimeouts
		counts["TCPLossProbes"], counts["TCPLossProbeRecovery"] = n.TCPLossProbes, n.TCPLossProbeRecovery
	}
	if n, err := me.Snmp(); err == nil {
		counts["RetransSegs"] = n.RetransSegs
	}
	for name, v := range counts {
		if v != nil {
			counter(ch, netEvents, *v, name)
		}
	}
}
