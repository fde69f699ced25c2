/**
 * The operations port: is it alive, can it serve, how is it doing.
 *
 * Always true: it answers from memory and asks nobody, so that it answers when nobody else does.
 */
import { monitorEventLoopDelay } from "node:perf_hooks"
import type { RequestListener } from "node:http"

export interface Gauge {
  readonly name: string
  readonly help: string
  readonly type: "counter" | "gauge"
  readonly read: () => ReadonlyArray<{ readonly labels?: string; readonly value: number }>
}

/** What keeps the server from serving; empty when it can. */
export type Readiness = () => ReadonlyArray<string>

const loopDelay = monitorEventLoopDelay({ resolution: 10 })
loopDelay.enable()

const processGauges: ReadonlyArray<Gauge> = [
  {
    name: "parley_event_loop_delay_p99_seconds",
    help: "99th percentile of the main loop's delay since the last scrape",
    type: "gauge",
    read: () => {
      const value = loopDelay.percentile(99) / 1e9
      loopDelay.reset()
      return [{ value }]
    },
  },
  {
    name: "parley_resident_memory_bytes",
    help: "resident memory of the process",
    type: "gauge",
    read: () => [{ value: process.memoryUsage.rss() }],
  },
]

const prometheus = (gauges: ReadonlyArray<Gauge>): string =>
  [...gauges, ...processGauges]
    .flatMap(({ name, help, type, read }) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} ${type}`,
      ...read().map(({ labels, value }) => `${name}${labels === undefined ? "" : `{${labels}}`} ${value}`),
    ])
    .join("\n") + "\n"

export const opsListener =
  (gauges: ReadonlyArray<Gauge>, readiness: Readiness): RequestListener =>
  (request, response) => {
    const answer = (status: number, text: string, type = "text/plain; charset=utf-8"): void => {
      response.writeHead(status, { "content-type": type })
      response.end(text)
    }
    switch (request.url) {
      case "/healthz":
        return answer(200, "ok\n")
      case "/readyz": {
        const reasons = readiness()
        return reasons.length === 0 ? answer(200, "ready\n") : answer(503, `${reasons.join("\n")}\n`)
      }
      case "/metrics":
        return answer(200, prometheus(gauges), "text/plain; version=0.0.4; charset=utf-8")
      default:
        return answer(404, "not found\n")
    }
  }
