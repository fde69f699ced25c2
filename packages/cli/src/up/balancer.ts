/** HAProxy in front of the gateways of a `parley up`: one address, and none for a gateway that is on its way out. */
import { writeFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { CommandFailed } from "../CommandFailed.ts"
import { type Around, start } from "./OwnProcess.ts"

export interface Ports {
  readonly http: number
  readonly ops: number
}

const configuration = (host: string, port: number, gateways: ReadonlyArray<Ports>): string =>
  [
    "defaults",
    "  mode http",
    "  timeout connect 2s",
    "  timeout http-request 10s",
    "  timeout client 60s",
    "  timeout server 60s",
    "  # Sockets: clients ping every 25 s.",
    "  timeout tunnel 1h",
    "frontend parley",
    `  bind ${host}:${port}`,
    "  http-request set-header X-Forwarded-For %[src]",
    "  http-request set-header X-Forwarded-Proto http",
    "  default_backend gateways",
    "backend gateways",
    "  balance leastconn",
    "  retry-on conn-failure",
    "  option redispatch 1",
    "  option httpchk",
    "  http-check send meth GET uri /readyz",
    "  http-check expect status 200",
    "  default-server check inter 500ms fall 1 rise 1 init-addr none",
    ...gateways.map(({ http, ops }, index) => `  server gateway-${index + 1} 127.0.0.1:${http} port ${ops}`),
    "",
  ].join("\n")

export const startBalancer = (
  program: string,
  file: string,
  host: string,
  port: number,
  gateways: ReadonlyArray<Ports>,
  around: Around,
) => {
  writeFileSync(file, configuration(host, port, gateways))
  return start(
    {
      name: "haproxy",
      command: program,
      args: ["-db", "-f", file],
      env: { PATH: process.env["PATH"] },
    },
    around,
  )
}

/** Until a gateway answers by it. */
export const answers = (url: string): Effect.Effect<void, CommandFailed> =>
  Effect.tryPromise(() => fetch(url, { method: "HEAD", signal: AbortSignal.timeout(2_000) })).pipe(
    Effect.filterOrFail(({ status }) => status < 500),
    Effect.retry({ schedule: Schedule.spaced("200 millis"), times: 300 }),
    Effect.asVoid,
    Effect.mapError(() => new CommandFailed({ reason: `${url} does not answer.` })),
  )
