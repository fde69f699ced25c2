/** What `/metrics` shows of presence and typing. */
import type { StreamCounters } from "../stream/StreamCounters.ts"
import type { Gauge } from "./OpsServer.ts"

type Single = readonly [name: string, help: string, type: Gauge["type"], read: () => number]

export const presenceGauges = (stream: StreamCounters): ReadonlyArray<Gauge> => {
  const singles: ReadonlyArray<Single> = [
    [
      "parley_presence_watches",
      "people watched, by each connection that does",
      "gauge",
      () => stream.presence().watches,
    ],
    [
      "parley_presence_queue_depth",
      "people whose change of presence was not told yet",
      "gauge",
      () => stream.presence().pending,
    ],
    [
      "parley_presence_owed",
      "connections that had no room for a presence and are told when they have",
      "gauge",
      () => stream.presence().owed,
    ],
    ["parley_presence_told_total", "presence frames", "counter", () => stream.presenceTold],
    [
      "parley_typing_throttled_total",
      "typing frames over their limit, dropped",
      "counter",
      () => stream.typingThrottled,
    ],
  ]
  return singles.map(([name, help, type, read]) => ({ name, help, type, read: () => [{ value: read() }] }))
}
