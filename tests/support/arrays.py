"""Arrays as files of other programs, for tests."""

import struct


def npy(rows):
    """What numpy.save writes of a matrix of doubles."""
    head = "{'descr': '<f8', 'fortran_order': False, 'shape': (%d, %d), }" % (
        len(rows), len(rows[0]))
    head += " " * (117 - len(head)) + "\n"
    return (b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() +
            b"".join(struct.pack("<d", number) for row in rows for number in row))


def idx(rows):
    """A matrix of bytes as the files of MNIST have it."""
    return (b"\0\0\x08\x02" + struct.pack(">II", len(rows), len(rows[0])) +
            b"".join(bytes(row) for row in rows))
