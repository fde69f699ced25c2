/** What a made-up push service answers: as it is told for the next requests, and that all is well afterwards. */
import type { ServerResponse } from "node:http"

export interface ScriptedAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** `hang`: no answer, ever. `reset`: the connection breaks. `garbage`: bytes that are no HTTP. */
export type Script = ScriptedAnswer | "hang" | "reset" | "garbage"

export class Scripted {
  readonly #next: Array<Script> = []

  /** In order, one a request. */
  tell(...scripts: ReadonlyArray<Script>): void {
    this.#next.push(...scripts)
  }

  clear(): void {
    this.#next.length = 0
  }

  answer(response: ServerResponse, otherwise: ScriptedAnswer): void {
    const script = this.#next.shift() ?? otherwise
    if (script === "hang") return
    if (script === "reset") return void response.socket?.destroy()
    if (script === "garbage") return void response.socket?.end("\u0000\u0001 220 smtp.example ready\r\n\r\n")
    response.writeHead(script.status, { ...script.headers })
    response.end(script.body ?? "")
  }
}

/** The whole body, at most 64 KiB. */
export const bodyOf = async (request: AsyncIterable<Buffer>): Promise<Buffer> => {
  const parts: Array<Buffer> = []
  let bytes = 0
  for await (const part of request) {
    bytes += part.length
    if (bytes > 65_536) throw new Error("the body is larger than any push")
    parts.push(part)
  }
  return Buffer.concat(parts)
}
