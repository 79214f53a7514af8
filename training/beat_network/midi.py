"""Notes in seconds → a Standard MIDI File of one track, 1000 ticks a second."""

import struct


def write_midi(path, events):
    """`events`: (time in s, status byte, data bytes…), in any order; offs come before ons of the same tick."""
    ticks = sorted(((int(round(max(0.0, time) * 1000)), 0 if status & 0xF0 == 0x80 else 1 if status & 0xF0 != 0x90 else 2, status, *data) for time, status, *data in events))
    body = bytearray(b"\x00\xff\x51\x03" + (500_000).to_bytes(3, "big"))
    last = 0
    for tick, _, *message in ticks:
        body += variable_length(tick - last) + bytes(message)
        last = tick
    body += b"\x00\xff\x2f\x00"
    with open(path, "wb") as file:
        file.write(b"MThd" + struct.pack(">IHHH", 6, 0, 1, 500) + b"MTrk" + struct.pack(">I", len(body)) + bytes(body))


def variable_length(value):
    out = [value & 0x7F]
    while value := value >> 7:
        out.append(value & 0x7F | 0x80)
    return bytes(reversed(out))
