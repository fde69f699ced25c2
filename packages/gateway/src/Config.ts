/**
 * The server's configuration, read once from the environment.
 *
 * Always true: a bad value stops the start, with every offending key and its reason; a secret is never in a message.
 */
import { defaultLimits, floodGuards, Limits } from "@parley/domain/limits"
import * as Redacted from "effect/Redacted"
import { parseRedisUrl, type RedisTarget } from "@parley/runtime/redis/RedisTarget"
import { isProxy } from "./limits/callerAddress.ts"
import * as Schema from "effect/Schema"
import { type Engines, engineVariables, readEngineSettings } from "./engineSettings.ts"
import { type PushSettings, pushVariables, readPushSettings } from "./push/pushSettings.ts"
import { secretFileVariables, withSecretFiles } from "./secretFiles.ts"
import {
  readTelemetrySettings,
  type TelemetrySettings,
  telemetryVariables,
} from "./telemetry/telemetrySettings.ts"

export interface Config {
  /** Where the API, the stream and the page listen. */
  readonly httpHost: string
  readonly httpPort: number
  /** Where `/metrics`, `/healthz` and `/readyz` listen. */
  readonly opsHost: string
  readonly opsPort: number
  readonly dataDir: string
  /** Absent: what may be lost is kept in this process. */
  readonly redis?: RedisTarget
  /** Anybody may sign in as anybody. */
  readonly devLogin: boolean
  readonly jwt: {
    readonly secret?: Redacted.Redacted
    readonly jwksUrl?: string
    readonly issuer?: string
    readonly audience?: string
  }
  /** Absent: made in the data directory. */
  readonly streamSecret?: Redacted.Redacted
  readonly masterKeyFile?: string
  /** Exact origins; empty: same origin only. */
  readonly allowedOrigins: ReadonlyArray<string>
  /** Addresses, or networks with the length of their prefix, whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: ReadonlyArray<string>
  /** Whether people are shown to each other. */
  readonly presence: boolean
  /** How long it goes on serving after SIGTERM while clients move to other servers; 0: there are none. Milliseconds. */
  readonly drainMs: number
  /** Entities kept awake at once. */
  readonly residentEntities: number
  /** Lines on stderr: from which severity on, and how they look. */
  readonly log: { readonly level: (typeof logLevels)[number]; readonly format: (typeof logFormats)[number] }
  readonly telemetry: TelemetrySettings
  readonly push: PushSettings
  /** Absent: log, keys and read models are files of this process. */
  readonly engines?: Engines
  readonly limits: Limits
}

const logLevels = ["debug", "info", "warn", "error"] as const
const logFormats = ["text", "json"] as const

export class BadConfiguration extends Error {
  readonly problems: ReadonlyArray<string>
  constructor(problems: ReadonlyArray<string>) {
    super(`the configuration is not usable:\n${problems.map((one) => `  ${one}`).join("\n")}`)
    this.problems = problems
  }
}

/** One variable of the table in `docs/configuration.md`. */
const limitKey = (name: string): string => `PARLEY_LIMIT_${name.toUpperCase()}`

export interface Variable {
  readonly key: string
  readonly fallback: string
  readonly about: string
}

export const variables: ReadonlyArray<Variable> = [
  {
    key: "PARLEY_HTTP_HOST",
    fallback: "0.0.0.0; 127.0.0.1 with development login",
    about: "address of the API, the stream and the page",
  },
  { key: "PARLEY_HTTP_PORT", fallback: "8080", about: "their port" },
  { key: "PARLEY_OPS_HOST", fallback: "127.0.0.1", about: "address of `/metrics`, `/healthz`, `/readyz`" },
  { key: "PARLEY_OPS_PORT", fallback: "9090", about: "their port" },
  {
    key: "PARLEY_DATA_DIR",
    fallback: "./data",
    about: "event log, keys and read models; one process at a time",
  },
  {
    key: "PARLEY_REDIS_URL",
    fallback: "",
    about:
      "`redis://user:password@host:6379/0` (`rediss:` for TLS), or nodes of a cluster, `redis+cluster://host:7000,host:7001`: announcements, presence, limits and used tokens, shared by gateways; empty: in process",
  },
  { key: "PARLEY_DEV_LOGIN", fallback: "false", about: "`true`: anybody may sign in as anybody" },
  { key: "PARLEY_JWT_SECRET", fallback: "", about: "HS256 secret of access tokens, at least 32 bytes" },
  { key: "PARLEY_JWKS_URL", fallback: "", about: "keys of access tokens (RS256, ES256, EdDSA) instead" },
  { key: "PARLEY_JWT_ISSUER", fallback: "", about: "required `iss`, when set" },
  { key: "PARLEY_JWT_AUDIENCE", fallback: "", about: "required `aud`, when set" },
  {
    key: "PARLEY_STREAM_SECRET",
    fallback: "made in the data directory",
    about: "seals stream tokens and cursors, at least 32 bytes",
  },
  {
    key: "PARLEY_MASTER_KEY_FILE",
    fallback: "`master.key` in the data directory",
    about: "wraps everybody's data key; back it up apart",
  },
  {
    key: "PARLEY_ALLOWED_ORIGINS",
    fallback: "",
    about: "exact browser origins, comma-separated; empty: same origin",
  },
  {
    key: "PARLEY_TRUSTED_PROXIES",
    fallback: "",
    about:
      "addresses or networks (`10.0.0.0/8`), comma-separated, whose `X-Forwarded-For` is believed; empty: nobody's",
  },
  { key: "PARLEY_PRESENCE", fallback: "true", about: "`false`: everybody's presence is `unknown`" },
  {
    key: "PARLEY_DRAIN_MS",
    fallback: "0",
    about: "after SIGTERM, how long clients have to move to other servers; 0: there are none",
  },
  { key: "PARLEY_RESIDENT_ENTITIES", fallback: "100000", about: "conversations and users awake at once" },
  { key: "PARLEY_LOG_LEVEL", fallback: "info", about: `lines on stderr: ${logLevels.join(", ")}` },
  { key: "PARLEY_LOG_FORMAT", fallback: "text", about: `how they look: ${logFormats.join(", ")}` },
  ...engineVariables,
  ...secretFileVariables,
  ...telemetryVariables,
  ...pushVariables,
  ...Object.entries(defaultLimits).map(([name, value]) => ({
    key: limitKey(name),
    fallback: String(value),
    about: floodGuards.some((one) => one === name)
      ? `limit \`${name}\`; unless set it rises with \`messages_per_second\``
      : `limit \`${name}\` of the protocol`,
  })),
]

const minSecretBytes = 32
const mostOfALimit = 1_000_000_000

export const readConfig = (environment: Readonly<Record<string, string | undefined>>): Config => {
  const problems: Array<string> = []
  const env = withSecretFiles(environment, problems)
  const known = new Set(variables.map(({ key }) => key))
  for (const key of Object.keys(env))
    if (key.startsWith("PARLEY_") && !key.startsWith("PARLEY_TEST_") && !known.has(key))
      problems.push(`${key}: there is no such setting`)
  const text = (key: string): string | undefined => (env[key] === "" ? undefined : env[key])
  const wholeNumber = (key: string, fallback: number, least: number, most: number): number => {
    const given = text(key)
    if (given === undefined) return fallback
    const value = Number(given)
    if (/^\d+$/.test(given) && value >= least && value <= most) return value
    problems.push(`${key}: expected a whole number from ${least} to ${most}`)
    return fallback
  }
  const flag = (key: string, fallback: "true" | "false" = "false"): boolean => {
    const given = text(key) ?? fallback
    if (given !== "true" && given !== "false") problems.push(`${key}: expected true or false`)
    return given === "true"
  }
  const oneOf = <Choice extends string>(
    key: string,
    choices: ReadonlyArray<Choice>,
    fallback: Choice,
  ): Choice => {
    const given = text(key) ?? fallback
    const choice = choices.find((one) => one === given)
    if (choice === undefined) problems.push(`${key}: expected ${choices.join(", ")}`)
    return choice ?? fallback
  }
  const secret = (key: string): Redacted.Redacted | undefined => {
    const given = text(key)
    if (given === undefined) return undefined
    if (Buffer.byteLength(given) < minSecretBytes)
      problems.push(`${key}: expected at least ${minSecretBytes} bytes`)
    return Redacted.make(given)
  }
  const redisTarget = (key: string): RedisTarget | undefined => {
    const given = text(key)
    const target = given === undefined ? undefined : parseRedisUrl(given)
    if (typeof target !== "string") return target
    problems.push(`${key}: ${target}`)
    return undefined
  }
  const devLogin = flag("PARLEY_DEV_LOGIN")
  const jwtSecret = secret("PARLEY_JWT_SECRET")
  const jwksUrl = text("PARLEY_JWKS_URL")
  if (jwtSecret !== undefined && jwksUrl !== undefined)
    problems.push("PARLEY_JWKS_URL: PARLEY_JWT_SECRET is set too; one of them decides the algorithm")
  if (jwksUrl !== undefined && !URL.canParse(jwksUrl)) problems.push("PARLEY_JWKS_URL: expected a URL")
  if (jwtSecret === undefined && jwksUrl === undefined && !devLogin)
    problems.push("PARLEY_JWT_SECRET: needed (or PARLEY_JWKS_URL), as development login is off")
  if (jwksUrl !== undefined && devLogin)
    problems.push("PARLEY_DEV_LOGIN: cannot sign tokens for the keys of PARLEY_JWKS_URL")
  const allowedOrigins = (text("PARLEY_ALLOWED_ORIGINS") ?? "").split(",").filter((one) => one !== "")
  for (const origin of allowedOrigins)
    if (!URL.canParse(origin) || new URL(origin).origin !== origin)
      problems.push(`PARLEY_ALLOWED_ORIGINS: ${origin} is not an origin such as https://chat.example`)
  const trustedProxies = (text("PARLEY_TRUSTED_PROXIES") ?? "").split(",").filter((one) => one !== "")
  for (const proxy of trustedProxies)
    if (!isProxy(proxy))
      problems.push(`PARLEY_TRUSTED_PROXIES: ${proxy} is not an address or network such as 10.0.0.0/8`)
  const limits = Object.fromEntries(
    Object.entries(defaultLimits).map(([name, value]) => [
      name,
      wholeNumber(limitKey(name), value, 1, mostOfALimit),
    ]),
  ) as Record<keyof Limits, number>
  const raised = Math.max(1, limits.messages_per_second / defaultLimits.messages_per_second)
  for (const name of floodGuards)
    if (text(limitKey(name)) === undefined)
      limits[name] = Math.min(Math.ceil(limits[name] * raised), mostOfALimit)
  const optional = <Name extends string, Value>(name: Name, value: Value | undefined) =>
    (value === undefined ? {} : { [name]: value }) as { readonly [key in Name]?: Value }
  const [streamSecret, masterKeyFile] = [secret("PARLEY_STREAM_SECRET"), text("PARLEY_MASTER_KEY_FILE")]
  const redis = redisTarget("PARLEY_REDIS_URL")
  const given = {
    streamSecret: streamSecret !== undefined,
    masterKeyFile: masterKeyFile !== undefined,
    redis: redis !== undefined,
    accessKeys: jwtSecret !== undefined || jwksUrl !== undefined,
  }
  const config: Config = {
    httpHost: text("PARLEY_HTTP_HOST") ?? (devLogin ? "127.0.0.1" : "0.0.0.0"),
    httpPort: wholeNumber("PARLEY_HTTP_PORT", 8080, 0, 65_535),
    opsHost: text("PARLEY_OPS_HOST") ?? "127.0.0.1",
    opsPort: wholeNumber("PARLEY_OPS_PORT", 9090, 0, 65_535),
    dataDir: text("PARLEY_DATA_DIR") ?? "./data",
    ...optional("redis", redis),
    devLogin,
    jwt: {
      ...optional("secret", jwtSecret),
      ...optional("jwksUrl", jwksUrl),
      ...optional("issuer", text("PARLEY_JWT_ISSUER")),
      ...optional("audience", text("PARLEY_JWT_AUDIENCE")),
    },
    ...optional("streamSecret", streamSecret),
    ...optional("masterKeyFile", masterKeyFile),
    ...optional("engines", readEngineSettings(text, secret, given, problems)),
    allowedOrigins,
    trustedProxies,
    presence: flag("PARLEY_PRESENCE", "true"),
    drainMs: wholeNumber("PARLEY_DRAIN_MS", 0, 0, 15_000),
    residentEntities: wholeNumber("PARLEY_RESIDENT_ENTITIES", 100_000, 100, 10_000_000),
    log: {
      level: oneOf("PARLEY_LOG_LEVEL", logLevels, "info"),
      format: oneOf("PARLEY_LOG_FORMAT", logFormats, "text"),
    },
    telemetry: readTelemetrySettings(text, problems),
    push: readPushSettings(text, flag, problems),
    limits: Schema.decodeUnknownSync(Limits)(limits),
  }
  if (problems.length > 0) throw new BadConfiguration(problems.sort())
  return config
}
