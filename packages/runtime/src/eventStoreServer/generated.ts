/**
 * EventStoreDB's messages and services as the official client's package ships them, generated from its `.proto` files.
 *
 * Not for: the client side. Nothing here connects anywhere.
 */
import { createRequire } from "node:module"
import gossip from "@eventstore/db-client/generated/gossip_pb.js"
import gossipService from "@eventstore/db-client/generated/gossip_grpc_pb.js"
import persistent from "@eventstore/db-client/generated/persistent_pb.js"
import persistentService from "@eventstore/db-client/generated/persistent_grpc_pb.js"
import features from "@eventstore/db-client/generated/serverfeatures_pb.js"
import featuresService from "@eventstore/db-client/generated/serverfeatures_grpc_pb.js"
import shared from "@eventstore/db-client/generated/shared_pb.js"
import status from "@eventstore/db-client/generated/status_pb.js"
import streams from "@eventstore/db-client/generated/streams_pb.js"
import streamsService from "@eventstore/db-client/generated/streams_grpc_pb.js"

export {
  features,
  featuresService,
  gossip,
  gossipService,
  persistent,
  persistentService,
  shared,
  status,
  streams,
  streamsService,
}

/** Google's own messages, which the client's package takes from a dependency of its own: looked for from there. */
const fromClient = createRequire(createRequire(import.meta.url).resolve("@eventstore/db-client"))

interface AnyMessage {
  pack(serialized: Uint8Array, typeName: string): void
}

/** `google.protobuf.Any` around a message of that name. Fits `Status.setDetails`. */
export const anyOf = (typeName: string, serialized: Uint8Array) => {
  const { Any } = fromClient("google-protobuf/google/protobuf/any_pb.js") as { Any: new () => AnyMessage }
  const any = new Any()
  any.pack(serialized, typeName)
  return any as unknown as Parameters<InstanceType<typeof status.Status>["setDetails"]>[0]
}

/** `google.protobuf.Empty`, which some messages have where others have EventStoreDB's own. */
export const googleEmpty = () => {
  const { Empty } = fromClient("google-protobuf/google/protobuf/empty_pb.js") as { Empty: new () => unknown }
  return new Empty() as ReturnType<InstanceType<typeof shared.WrongExpectedVersion>["getExpectedAny"]>
}
