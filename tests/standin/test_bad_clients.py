#!/usr/bin/env python3
"""Clients that do it wrong: each hurts itself alone and, where it still listens, hears why. After every test a good
client is served, and the process is the one of the beginning."""
import random
import socket
import struct

from one_server import run, stories

READY = b"Z\x00\x00\x00\x05"


def message(kind, body=b""):
    return kind + struct.pack("!I", len(body) + 4) + body


def startup(user="materialize"):
    body = struct.pack("!I", 196608) + b"user\0" + user.encode() + b"\0database\0materialize\0\0"
    return struct.pack("!I", len(body) + 4) + body


def read_until(client, wanted):
    """What comes up to WANTED or the end of the connection."""
    got = b""
    client.settimeout(20)
    while wanted not in got:
        try:
            part = client.recv(65536)
        except OSError:
            break
        if not part:
            break
        got += part
    return got


class Place:
    def __init__(self, standin):
        self.standin = standin

    def dial(self):
        return socket.create_connection(("127.0.0.1", self.standin.port), timeout=20)

    def login(self):
        client = self.dial()
        client.sendall(startup())
        assert READY in read_until(client, READY)
        return client

    def say(self, *parts):
        """A session that sends PARTS and then nothing more; gives what it hears."""
        client = self.login()
        client.sendall(b"".join(parts))
        heard = read_until(client, READY)
        client.close()
        return heard


def what_is_no_startup_packet_is_refused(place):
    for packet, wanted in [(struct.pack("!I", 3), b"08P01"), (b"\xff\xff\xff\xff", b"08P01"), (struct.pack("!II", 8, 99999), b"08004"),
                           (b"GET / HTTP/1.1\r\n\r\n", b"08P01"), (struct.pack("!II", 8, 196608), b"28000")]:
        client = place.dial()
        client.sendall(packet)
        client.shutdown(socket.SHUT_WR)
        assert wanted in read_until(client, wanted), packet
        client.close()


def a_length_that_cannot_be_ends_the_connection_with_a_word(place):
    for length in (0, 3, 0x7FFFFFFF, 0xFFFFFFFF):
        heard = place.say(b"Q" + struct.pack("!I", length))
        assert b"08P01" in heard and b"invalid message length" in heard, heard


def an_unknown_message_is_named(place):
    heard = place.say(message(b"~", b"x"))
    assert b"invalid frontend message type 126" in heard, heard


def a_statement_that_is_too_long_is_skipped_and_the_session_goes_on(place):
    client = place.login()
    client.sendall(message(b"Q", b"SELECT '" + b"x" * 3_000_000 + b"'\0"))
    heard = read_until(client, READY)
    assert b"C54000" in heard, heard
    client.sendall(message(b"Q", b"SELECT 7\0"))
    assert b"\x00\x00\x00\x017" in read_until(client, READY)
    client.close()


def half_a_message_and_good_bye(place):
    for part in (b"Q", b"Q\x00\x00", message(b"Q", b"SELECT 1\0")[:-3], message(b"P", b"\0SELECT 1\0\0\0")[:-1]):
        client = place.login()
        client.sendall(part)
        client.close()


def bodies_that_break_off(place):
    broken = [message(b"P", b"name"), message(b"P", b"\0SELECT $1\0\x00\x05"), message(b"B", b"\0\0\x00\x01"), message(b"B", b"\0\0\xff\xff\xff\xff"),
              message(b"D", b""), message(b"D", b"X\0"), message(b"E", b"\0"), message(b"C", b"S"), message(b"Q", b""), message(b"Q", b"SELECT 1"),
              message(b"d", b"data"), message(b"c"), message(b"f", b"no\0")]
    for body in broken:
        client = place.login()
        client.sendall(body + message(b"S") + message(b"Q", b"SELECT 5\0"))
        read_until(client, READY)
        client.close()


def text_that_is_no_text(place):
    for text in (b"SELECT '\xff\xfe'", b"SELECT \"", b"SELECT $$", b"/* /* */", b"SELECT 'a\\", b"(" * 5000, b"SELECT " + b"(" * 300 + b"1" + b")" * 300,
                 b";" * 10000, b"CREATE TABLE", b"ALTER", b"SELECT 1::", b"\x01\x02\x03"):
        heard = place.say(message(b"Q", text + b"\0"))
        assert READY in heard, (text[:40], heard[-200:])


def random_bytes(place):
    chance = random.Random(7)
    kinds = b"QPBDECSHdcfX"
    for _ in range(300):
        client = place.login()
        parts = []
        for _ in range(chance.randrange(1, 8)):
            body = bytes(chance.randrange(256) for _ in range(chance.randrange(0, 60)))
            parts.append(message(bytes([chance.choice(kinds)]), body))
        client.sendall(b"".join(parts)[: chance.randrange(1, 400)])
        client.close()


def a_thousand_who_only_hold_their_connection(place):
    clients = []
    for _ in range(1000):
        client = place.dial()
        client.sendall(startup())
        clients.append(client)
    assert all(READY in read_until(client, READY) for client in clients)
    assert place.standin.sql("SELECT 1") == [(1,)]
    for client in clients:
        client.close()


def one_who_reads_slowly_keeps_nobody_waiting(place):
    slow = place.login()
    slow.sendall(message(b"Q", b"SELECT repeat('x', 1000) FROM generate_series(1, 50000)\0"))
    assert place.standin.sql("SELECT 1") == [(1,)]
    got = 0
    while got < 50_000_000:
        part = slow.recv(1 << 20)
        assert part
        got += len(part)
    slow.close()


def a_good_client_is_served(standin):
    assert standin.sql("SELECT count(*) FROM mz_databases") == [(1,)], "nobody is served any more"
    assert standin.process.poll() is None, "the process has ended"


run(stories(globals(), "place"), lambda standin: (Place(standin),), afterwards=a_good_client_is_served)
