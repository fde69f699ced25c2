/**
 * The operations port: is it alive, can it serve, how is it doing; the rebuild of a read model, and what became of pushes.
 *
 * Always true: all but those two is answered from memory and asks nobody, so that it answers when nobody else does.
 */
import type { RequestListener } from "node:http"
import type { PushOpsAnswer, PushRoutes } from "./pushes.ts"
import type { RebuildRoutes } from "./rebuilds.ts"

export interface Figure {
  /** Of the name: a histogram's buckets, sum and count. */
  readonly suffix?: "_bucket" | "_sum" | "_count"
  readonly labels?: string
  readonly value: number
}

export interface Gauge {
  readonly name: string
  readonly help: string
  readonly type: "counter" | "gauge" | "histogram"
  readonly read: () => ReadonlyArray<Figure>
}

/** What keeps the server from serving; empty when it can. */
export type Readiness = () => ReadonlyArray<string>

/** What a server that can serve does without at the moment. */
export type Shedding = () => ReadonlyArray<string>

const processGauges: ReadonlyArray<Gauge> = [
  {
    name: "parley_resident_memory_bytes",
    help: "resident memory of the process",
    type: "gauge",
    read: () => [{ value: process.memoryUsage.rss() }],
  },
]

/** @param region a label of every figure; absent: none. */
const prometheus = (gauges: ReadonlyArray<Gauge>, region: string | undefined): string => {
  const everywhere = region === undefined ? [] : [`region="${region}"`]
  const figure = (name: string, { labels, suffix, value }: Figure): string => {
    const all = labels === undefined ? everywhere : [...everywhere, labels]
    return `${name}${suffix ?? ""}${all.length === 0 ? "" : `{${all.join(",")}}`} ${value}`
  }
  return (
    [...gauges, ...processGauges]
      .flatMap(({ name, help, type, read }) => [
        `# HELP ${name} ${help}`,
        `# TYPE ${name} ${type}`,
        ...read().map((one) => figure(name, one)),
      ])
      .join("\n") + "\n"
  )
}

const rebuildPath = /^\/rebuild\/([A-Za-z0-9_-]{1,64})$/

export const opsListener =
  (
    gauges: ReadonlyArray<Gauge>,
    readiness: Readiness,
    rebuild: RebuildRoutes,
    shedding: Shedding = () => [],
    pushes: PushRoutes = () => undefined,
    region?: string,
  ): RequestListener =>
  (request, response) => {
    const answer = (status: number, text: string, type = "text/plain; charset=utf-8"): void => {
      response.writeHead(status, { "content-type": type })
      response.end(text)
    }
    const projection = rebuildPath.exec(request.url ?? "")?.[1]
    const answerJson = async (asked: ReturnType<RebuildRoutes> | Promise<PushOpsAnswer>): Promise<void> => {
      const { status, body, allow } = await asked
      if (allow !== undefined) response.setHeader("allow", allow)
      answer(status, `${JSON.stringify(body)}\n`, "application/json")
    }
    if (projection !== undefined) return void answerJson(rebuild(request, projection))
    const push = pushes(request)
    if (push !== undefined) return void answerJson(push)
    switch (request.url) {
      case "/healthz":
        return answer(200, "ok\n")
      case "/readyz": {
        const reasons = readiness()
        if (reasons.length > 0) return answer(503, `${reasons.join("\n")}\n`)
        const shed = shedding()
        return answer(200, shed.length === 0 ? "ready\n" : `ready\nshedding ${shed.join(", ")}\n`)
      }
      case "/metrics":
        return answer(200, prometheus(gauges, region), "text/plain; version=0.0.4; charset=utf-8")
      default:
        return answer(404, "not found\n")
    }
  }
