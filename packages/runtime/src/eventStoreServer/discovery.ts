/**
 * What clients ask before anything else: which methods there are (`ServerFeatures`), and which node leads (`Gossip`): this one.
 */
import type * as Gossip from "@eventstore/db-client/generated/gossip_pb.js"
import type * as Features from "@eventstore/db-client/generated/serverfeatures_pb.js"
import type * as grpc from "@grpc/grpc-js"
import { invalid } from "./failures.ts"
import { features, gossip } from "./generated.ts"
import { uuidOf } from "./wireNames.ts"

/** As the methods' paths are written: `/package.Service/Method`. */
interface Offered {
  readonly path: string
}

/** The version of EventStoreDB whose protocol this is. */
const protocolVersion = "23.10.0"

/** What clients look for in the methods of persistent subscriptions. */
const targets = ["stream", "all"]

export const supportedMethods = (methods: ReadonlyArray<Offered>): Features.SupportedMethods => {
  const supported = new features.SupportedMethods().setEventStoreServerVersion(protocolVersion)
  for (const { path } of methods) {
    const [service, method] = path.slice(1).toLowerCase().split("/") as [string, string]
    supported.addMethods(
      new features.SupportedMethod()
        .setServiceName(service)
        .setMethodName(method)
        .setFeaturesList(service.endsWith("persistentsubscriptions") ? targets : []),
    )
  }
  return supported
}

/** Host and port as the client dialled them, so that it comes back the way it came. Throws `CallRefused`. */
const dialled = (authority: string): { host: string; port: number } => {
  if (!URL.canParse(`http://${authority}`)) throw invalid("the call does not say which host it was meant for")
  const { hostname, port } = new URL(`http://${authority}`)
  return { host: hostname.replace(/^\[(.*)\]$/, "$1"), port: port === "" ? 80 : Number(port) }
}

/** @param id of this server's run: 32 hex digits. Throws `CallRefused`. */
export const clusterInfo = (
  id: string,
  call: grpc.ServerUnaryCall<unknown, Gossip.ClusterInfo>,
): Gossip.ClusterInfo => {
  const { host, port } = dialled(call.getHost())
  return new gossip.ClusterInfo().setMembersList([
    new gossip.MemberInfo()
      .setInstanceId(uuidOf(id))
      .setTimeStamp(String(Date.now()))
      .setState(gossip.MemberInfo.VNodeState.LEADER)
      .setIsAlive(true)
      .setHttpEndPoint(new gossip.EndPoint().setAddress(host).setPort(port)),
  ])
}
