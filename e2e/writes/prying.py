"""What the account that runs this can open."""

import os
import socket


def pry(paths):
    """Which files, folders and sockets open."""
    opened = []
    for path in paths:
        try:
            if path.endswith(".sock"):
                with socket.socket(socket.AF_UNIX) as plane:
                    plane.connect(path)
            elif os.path.isdir(path):
                os.listdir(path)
            else:
                with open(path, "rb") as file:
                    file.read(0)
            opened.append(path)
        except PermissionError:
            pass
    return opened
