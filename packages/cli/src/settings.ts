/**
 * What the commands beside `start` take from the configuration: where the data lies and where the server answers.
 *
 * Always true: the same variables as for the server, checked the same way, but for how people sign in: a command signs nobody in, so
 * it does not ask for a secret that the operator's shell need not have.
 */
import { resolve } from "node:path"
import { BadConfiguration, type Config, readConfig } from "@parley/gateway/Config"
import { isGiven } from "@parley/gateway/secretFiles"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import { CommandFailed } from "./CommandFailed.ts"
import { exitCodes } from "./exitCodes.ts"

export interface Settings {
  readonly config: Config
  /** Absolute. */
  readonly dataDir: string
  readonly log: string
  readonly keys: string
  readonly masterKey: string
  /** The master key lies in the data directory; else the operator keeps it, and commands leave it alone. */
  readonly ownMasterKey: boolean
}

type Environment = Readonly<Record<string, string | undefined>>

/** As the server would read it, signing in aside, and the file by which it pushes, which is the server's alone to read. */
const lenient = (env: Environment): Environment => ({
  ...env,
  PARLEY_FCM_SERVICE_ACCOUNT: "",
  ...(isGiven(env, "PARLEY_JWT_SECRET") || isGiven(env, "PARLEY_JWKS_URL")
    ? {}
    : { PARLEY_DEV_LOGIN: "true" }),
})

/** Fails for what works on files alone. `what`: "a backup", with what it would need. */
export const onFiles = (
  { config }: Settings,
  what: string,
  remedy: string,
): Effect.Effect<void, CommandFailed> =>
  config.engines === undefined
    ? Effect.void
    : Effect.fail(
        new CommandFailed({
          reason: `${what}: PARLEY_EVENT_STORE and PARLEY_DATABASE_URL say that log and keys are kept by engines.`,
          remedy,
          exitCode: exitCodes.configuration,
        }),
      )

/** Whether log or database are said to be elsewhere, rightly or not. */
export const namesEngines = (env: Environment): boolean =>
  isGiven(
    { ...env, PARLEY_EVENT_STORE: env["PARLEY_EVENT_STORE"]?.replace(/^embedded$/, "") },
    "PARLEY_EVENT_STORE",
  ) || isGiven(env, "PARLEY_DATABASE_URL")

/** @param dataDir goes before `PARLEY_DATA_DIR`. */
export const settings = (
  dataDir: Option.Option<string>,
  env: Environment = process.env,
): Effect.Effect<Settings, CommandFailed> =>
  Effect.try({
    try: () => {
      const config = readConfig(lenient(env))
      const root = resolve(dataDir._tag === "Some" ? dataDir.value : config.dataDir)
      const within = (name: string): string => resolve(root, name)
      return {
        config,
        dataDir: root,
        log: within("events.db"),
        keys: within("keys.db"),
        masterKey: resolve(config.masterKeyFile ?? within("master.key")),
        ownMasterKey: config.masterKeyFile === undefined,
      }
    },
    catch: (cause) => {
      if (!(cause instanceof BadConfiguration)) throw cause
      return new CommandFailed({ reason: cause.message, exitCode: exitCodes.configuration })
    },
  })
