/** Judges an exchange by the OpenAPI document of this version, for tests that have no server that serves it. */
import type { IncomingMessage } from "node:http"
import { defaultLimits } from "@parley/domain/limits"
import { openApi } from "../../src/documents/openApi.ts"
import { judgeHttp } from "../../src/documents/traffic/judgeHttp.ts"
import { routes } from "../../src/http/routes.ts"
import { byAjv } from "./byAjv.ts"

const judge = judgeHttp(openApi(routes, defaultLimits), byAjv)

/** Throws when the answer to `GET target` is not what the document says. */
export const expectDocumented = (target: string, response: IncomingMessage, text: string): void => {
  const fault = judge({
    method: "GET",
    target,
    status: response.statusCode ?? 0,
    headers: { get: (name) => response.headers[name.toLowerCase()]?.toString() ?? null },
    text,
  })
  if (fault !== undefined) throw new Error(`not what /openapi.json says: ${fault}`)
}
