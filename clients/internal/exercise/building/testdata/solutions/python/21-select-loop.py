import select

from given import AGAIN, FULL, Talk, accept, lowest_free, receive, send, start
from spec import OWE_AT_MOST

# BEGIN YOUR LOOP


class Client:
    def __init__(self, sock):
        self.sock = sock
        self.talk = Talk()
        self.out = b""
        self.ended = False

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


def serve(listener, stop):
    front = listener.fileno()
    reading, writing, clients = {front, stop}, set(), {}
    while True:
        r, w, _ = select.select(reading, writing, [])
        if stop in r:
            return
        for fd in {*r, *w} - {front}:
            c = clients[fd]
            reading.discard(fd)
            writing.discard(fd)
            try:
                c.move()
                gone = c.ended and not c.out
            except OSError:
                gone = True
            if gone:
                del clients[fd]
                c.sock.close()
                reading.add(front)
                continue
            if not c.ended and len(c.out) < OWE_AT_MOST:
                reading.add(fd)
            if c.out:
                writing.add(fd)
        while front in r:
            lowest = lowest_free(listener)
            sock = FULL if lowest == FULL or lowest >= 1024 else accept(listener)
            if sock == FULL:
                reading.discard(front)
            if sock in (AGAIN, FULL):
                break
            clients[sock.fileno()] = Client(sock)
            reading.add(sock.fileno())


# END YOUR LOOP

start(serve)
