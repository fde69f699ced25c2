/** What `/metrics` shows of requests and messages on their way, and of the entities that decide on them. */
import type { EntityCounts } from "@parley/runtime/telemetry/EntityMeters"
import type { Meters } from "../telemetry/Meters.ts"
import { byLabel, histogramGauges } from "./histograms.ts"
import type { Gauge } from "./OpsServer.ts"

export const messageGauges = (meters: Meters): ReadonlyArray<Gauge> => [
  ...histogramGauges(
    "parley_accept_deliver_seconds",
    "from the receipt of a request to its event's hand-over to the first connected recipient's socket",
    () => byLabel("path", meters.deliver),
  ),
  ...histogramGauges("parley_accept_ack_seconds", "from the receipt of a request to its answer", () =>
    byLabel("path", meters.ack),
  ),
  ...histogramGauges(
    "parley_publish_lag_seconds",
    "from the commit to the end of the broadcast at the hub",
    () => [[undefined, meters.publish]],
  ),
  {
    name: "parley_commands_total",
    help: "requests to conversations, by what became of them",
    type: "counter",
    read: () =>
      Object.entries(meters.commands).flatMap(([path, outcomes]) =>
        Object.entries(outcomes).map(([outcome, value]) => ({
          labels: `path="${path}",outcome="${outcome}"`,
          value,
        })),
      ),
  },
  ...histogramGauges("parley_http_request_seconds", "answering an HTTP request", () => [
    [undefined, meters.requests],
  ]),
  {
    name: "parley_http_requests_total",
    help: "HTTP requests answered, by the class of the status",
    type: "counter",
    read: () => [2, 3, 4, 5].map((kind) => ({ labels: `status="${kind}xx"`, value: meters.answers[kind]! })),
  },
  {
    name: "parley_upgrades_refused_total",
    help: "connections refused, by the code of the problem",
    type: "counter",
    read: () => Array.from(meters.upgradesRefused, ([code, value]) => ({ labels: `code="${code}"`, value })),
  },
  {
    name: "parley_connection_seconds_total",
    help: "seconds that connections were open, all together",
    type: "counter",
    read: () => [{ value: meters.connectionSeconds }],
  },
  ...histogramGauges(
    "parley_presence_told_seconds",
    "from the end of a connection, or a change of status, to telling the watchers on this gateway",
    () => byLabel("after", meters.presence),
  ),
]

export const entityGauges = (counts: EntityCounts): ReadonlyArray<Gauge> => [
  {
    name: "parley_mailbox_depth",
    help: "requests that wait in the queues of all entities",
    type: "gauge",
    read: () => [{ value: counts.waiting }],
  },
  {
    name: "parley_mailbox_depth_max",
    help: "the longest queue of an entity in the last one to two minutes",
    type: "gauge",
    read: () => [{ value: counts.deepest.read(performance.now()) }],
  },
  {
    name: "parley_mailbox_refused_total",
    help: "requests refused as an entity's queue was full",
    type: "counter",
    read: () => [{ value: counts.refused }],
  },
  ...histogramGauges("parley_entity_batch_requests", "requests that one append of an entity answered", () => [
    [undefined, counts.batches],
  ]),
]
