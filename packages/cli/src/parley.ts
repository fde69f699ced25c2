/** The tree of commands, and the parts of the platform that Effect's command line asks for. */
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import * as Sink from "effect/Sink"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as Terminal from "effect/Terminal"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner"
import { backup } from "./commands/backup.ts"
import { doctor } from "./commands/doctor.ts"
import { eventStore } from "./commands/eventStore.ts"
import { newEpoch } from "./commands/newEpoch.ts"
import { push } from "./commands/push.ts"
import { rebuild } from "./commands/rebuild.ts"
import { restore } from "./commands/restore.ts"
import { start } from "./commands/start.ts"
import { tail } from "./commands/tail.ts"
import { token } from "./commands/token.ts"
import { up } from "./commands/up.ts"

const version = "0.1.0"

const root = Command.make("parley").pipe(
  Command.withDescription(
    `A self-hosted chat backend: no acknowledged message is ever lost.

Settings are environment variables (docs/configuration.md), the same for the server and for these commands.
Exit codes: 0 done, 1 it failed (one line on stderr says why), 2 the command line was wrong, 78 the configuration is not usable,
130 interrupted.`,
  ),
  Command.withSubcommands([
    start,
    up,
    token,
    tail,
    doctor,
    backup,
    restore,
    newEpoch,
    rebuild,
    push,
    eventStore,
  ]),
)

/** Nothing here asks the platform for anything: no command takes prompts, spawns processes or has flags that read files. */
const platform = Layer.mergeAll(
  FileSystem.layerNoop({}),
  Path.layer,
  Layer.succeed(
    Stdio.Stdio,
    Stdio.make({
      args: Effect.succeed([]),
      stdout: () => Sink.drain,
      stderr: () => Sink.drain,
      stdin: Stream.empty,
    }),
  ),
  Layer.succeed(
    Terminal.Terminal,
    Terminal.make({
      columns: Effect.sync(() => process.stdout.columns ?? 100),
      rows: Effect.sync(() => process.stdout.rows ?? 30),
      size: Effect.die("no command asks for the terminal's size"),
      readInput: Effect.die("no command reads keys"),
      readLine: Effect.die("no command reads lines"),
      display: (text) => Effect.sync(() => void process.stdout.write(text)),
    }),
  ),
  Layer.succeed(
    ChildProcessSpawner.ChildProcessSpawner,
    ChildProcessSpawner.make(() => Effect.die("no command spawns processes")),
  ),
)

const formatter = CliOutput.defaultFormatter({
  colors: process.stdout.isTTY === true && (process.env["NO_COLOR"] ?? "") === "",
})

/** Help that was asked for is a result; what follows a mistake is not. */
const presenter: CliOutput.Presenter = {
  present: (event) => {
    switch (event._tag) {
      case "Help":
        return Console.log(formatter.formatHelpDoc(event.helpDoc))
      case "Version":
        return Console.log(event.version)
      case "InvalidInvocation":
        return Console.error(
          `${formatter.formatErrors(event.errors)}\n\nUsage: ${event.helpDoc.usage}\n` +
            `${event.commandPath.join(" ")} --help tells more.`,
        )
    }
  },
}

const environment = Layer.mergeAll(
  platform,
  CliOutput.layerPresenter(presenter),
  CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions] }),
)

export const parley = (args: ReadonlyArray<string>) =>
  Command.runWith(root, { version })(args).pipe(Effect.provide(environment))
