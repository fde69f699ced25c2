/**
 * The documents as files of the server: both descriptions of the API, and a page for each error code at its problem's `type`.
 *
 * Always true: nobody needs a token to read them, and each is made once, when it is first asked for.
 */
import { type ProblemCode, problems } from "@parley/domain/wire/problem"
import type { Config } from "../Config.ts"
import type { Route } from "../http/Api.ts"
import { type Files, lazily, servedFile } from "../http/files.ts"
import { asyncApi } from "./asyncApi.ts"
import { errorPage } from "./errorPage.ts"
import type { Json } from "./jsonSchemas.ts"
import { openApi } from "./openApi.ts"

const json = (value: Json) => servedFile(JSON.stringify(value), "application/json; charset=utf-8")

export const documentFiles = (
  routes: ReadonlyArray<Route>,
  { devLogin, limits }: Pick<Config, "devLogin" | "limits">,
): Files =>
  new Map([
    [
      "/openapi.json",
      // The page at /docs offers to sign in where that is possible.
      lazily(() => json({ ...openApi(routes, limits), "x-development-login": devLogin })),
    ],
    ["/asyncapi.json", lazily(() => json(asyncApi(limits)))],
    ...(Object.keys(problems) as ReadonlyArray<ProblemCode>).map(
      (code) =>
        [
          `/docs/errors/${code}`,
          lazily(() => servedFile(errorPage(code, routes), "text/html; charset=utf-8")),
        ] as const,
    ),
  ])
