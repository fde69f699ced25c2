/**
 * An OpenTelemetry collector on this machine, for traces over OTLP/HTTP in JSON: it takes everything, and keeps it.
 *
 * Not for: protobuf; whoever exports to it is told so by `OTEL_EXPORTER_OTLP_PROTOCOL=http/json`.
 */
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"

export interface ExportedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: ReadonlyArray<{ readonly key: string; readonly value: object }>
}

interface Exported {
  readonly resourceSpans: ReadonlyArray<{
    readonly resource: { readonly attributes: ExportedSpan["attributes"] }
    readonly scopeSpans: ReadonlyArray<{ readonly spans: ReadonlyArray<ExportedSpan> }>
  }>
}

export class OtlpReceiver {
  readonly spans: Array<ExportedSpan> = []
  /** Of whatever exported. */
  readonly resources: Array<ExportedSpan["attributes"]> = []
  /** All that came, as it came. */
  text = ""
  requests = 0
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
    server.on("request", (request, response) => {
      this.requests++
      const chunks: Array<Buffer> = []
      request.on("data", (chunk: Buffer) => chunks.push(chunk))
      request.on("end", () => {
        this.#take(Buffer.concat(chunks).toString())
        response.writeHead(200, { "content-type": "application/json" }).end("{}")
      })
    })
  }

  static async start(): Promise<OtlpReceiver> {
    const server = createServer()
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve))
    return new OtlpReceiver(server)
  }

  /** What a server must be told to export to it, often. */
  get env(): Readonly<Record<string, string>> {
    return {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_BSP_SCHEDULE_DELAY: "200",
    }
  }

  ofTrace(traceId: string): ReadonlyArray<ExportedSpan> {
    return this.spans.filter((span) => span.traceId === traceId)
  }

  readonly close = (): Promise<void> =>
    new Promise((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })

  #take(text: string): void {
    this.text += text
    for (const { resource, scopeSpans } of (JSON.parse(text) as Exported).resourceSpans) {
      this.resources.push(resource.attributes)
      for (const { spans } of scopeSpans) this.spans.push(...spans)
    }
  }
}
