import select

from given import AGAIN, FULL, Talk, accept, receive, send, start
from spec import OWE_AT_MOST

# BEGIN YOUR LOOP


class Client:
    def __init__(self, sock):
        self.sock = sock
        self.talk = Talk()
        self.out = b""
        self.ended = False
        self.asked = select.EPOLLIN

    def flush(self):
        while self.out:
            n = send(self.sock, self.out)
            if n == 0:
                return
            self.out = self.out[n:]

    def move(self):
        self.flush()
        if self.ended or len(self.out) >= OWE_AT_MOST:
            return
        p = receive(self.sock)
        if p == AGAIN:
            return
        if p == b"":
            self.ended = True
        else:
            answers, self.ended = self.talk.hear(p)
            self.out += answers
        self.flush()

    def wants(self):
        want = 0
        if not self.ended and len(self.out) < OWE_AT_MOST:
            want |= select.EPOLLIN
        if self.out:
            want |= select.EPOLLOUT
        return want


def serve(listener, stop):
    poller = select.epoll()
    poller.register(listener.fileno(), select.EPOLLIN)
    poller.register(stop, select.EPOLLIN)
    clients, full = {}, False
    while True:
        for fd, _ in poller.poll():
            if fd == stop:
                return
            if fd == listener.fileno():
                while (sock := accept(listener)) not in (AGAIN, FULL):
                    clients[sock.fileno()] = Client(sock)
                    poller.register(sock.fileno(), select.EPOLLIN)
                if sock == FULL:
                    full = True
                    poller.unregister(listener.fileno())
                continue
            c = clients[fd]
            try:
                c.move()
                gone = c.ended and not c.out
            except OSError:
                gone = True
            if gone:
                del clients[fd]
                poller.unregister(fd)
                c.sock.close()
                if full:
                    full = False
                    poller.register(listener.fileno(), select.EPOLLIN)
            elif (want := c.wants()) != c.asked:
                c.asked = want
                poller.modify(fd, want)


# END YOUR LOOP

start(serve)
