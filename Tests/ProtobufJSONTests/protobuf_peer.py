"""Answers conversions by Python's protobuf, one JSON line in, one JSON line out.

The first line holds the descriptor set in base64. Then
  {"op": "print", "type", "wire"}   an encoded message; answers {"json", "wire"}: as JSON, and encoded
                                    anew, fields in order
  {"op": "parse", "type", "json"}   JSON text; answers {"wire"}
or {"refused": why}.
"""

import base64
import json
import os
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory


def main():
    files = descriptor_pb2.FileDescriptorSet.FromString(base64.b64decode(sys.stdin.readline()))
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    # From here on every refusal is in the answer; libprotobuf would log it as well.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    factory = message_factory.MessageFactory(pool)

    def encoded(message):
        return base64.b64encode(message.SerializeToString(deterministic=True)).decode()

    for line in sys.stdin:
        request = json.loads(line)
        message = factory.GetPrototype(pool.FindMessageTypeByName(request["type"]))()
        try:
            if request["op"] == "print":
                message.ParseFromString(base64.b64decode(request["wire"]))
                text = json_format.MessageToJson(message, descriptor_pool=pool, indent=None)
                again = type(message)()
                json_format.Parse(text, again, descriptor_pool=pool)
                answer = {"json": text, "wire": encoded(again)}
            else:
                json_format.Parse(request["json"], message, descriptor_pool=pool)
                answer = {"wire": encoded(message)}
        except Exception as error:  # any refusal is an answer, whatever class Python gives it
            answer = {"refused": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
