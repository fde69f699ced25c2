/** `parley token`. */
import { UserId } from "@parley/domain/ids"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { dataDir, json } from "./flags.ts"

const unitSeconds = { s: 1, m: 60, h: 3_600, d: 86_400 } as const
const longestDays = 3_650

/** `90s`, `15m`, `1h`, `30d`. */
const seconds = (text: string): number => {
  const [, amount, unit] = /^([1-9]\d{0,8})([smhd])$/.exec(text) ?? []
  const found = Number(amount) * unitSeconds[unit as keyof typeof unitSeconds]
  if (found <= longestDays * unitSeconds.d) return found
  throw new Error(`expected a time such as 90s, 15m, 1h or 30d, at most ${longestDays}d`)
}

export const token = Command.make(
  "token",
  {
    user: Argument.String("user").pipe(
      Argument.withDescription("The user's id: up to 64 letters, digits or _ - . : @"),
      Argument.withSchema(UserId),
    ),
    ttl: Flag.String("ttl").pipe(
      Flag.withDescription("How long it is valid: 90s, 15m, 1h, 30d"),
      Flag.withMetavar("time"),
      Flag.mapTryCatch(seconds, (cause) => (cause as Error).message),
      Flag.withDefault(3_600),
    ),
    scope: Flag.String("scope").pipe(
      Flag.withDescription("Space-separated: admin, compliance"),
      Flag.withMetavar("scopes"),
      Flag.optional,
    ),
    name: Flag.String("name").pipe(
      Flag.withDescription("A claim `name` for other readers of the token; Parley does not look at it"),
      Flag.optional,
    ),
    dataDir,
    json,
  },
  Effect.fnUntraced(function* ({ scope, name, ...rest }) {
    const { token: make } = yield* Effect.promise(() => import("../token.ts"))
    yield* make({ ...rest, scope: Option.getOrUndefined(scope), name: Option.getOrUndefined(name) })
  }),
).pipe(
  Command.withDescription(
    `Prints an access token for a user, signed as the server expects it.

For trying the API, for scripts and for support. The secret is PARLEY_JWT_SECRET, else the one that development login made in the data
directory. With PARLEY_JWKS_URL only whoever holds the private keys can sign, so this refuses. Whoever has the token is the user until
it expires: it cannot be called back.`,
  ),
  Command.withShortDescription("Prints an access token for a user"),
  Command.withExamples([
    {
      command: 'curl -H "Authorization: Bearer $(parley token ann)" localhost:8080/v1/conversations',
      description: "Call the API as ann",
    },
    { command: "parley token auditor --scope compliance --ttl 15m", description: "A short one with a scope" },
  ]),
)
