/**
 * Ends what `parley up` has started when it is itself killed and cannot.
 *
 * Always true: its input ends with this process, however that ends; then everything it was told of gets SIGTERM.
 */
import { spawn } from "node:child_process"
import * as Effect from "effect/Effect"

const script =
  'pids=; while read -r pid; do pids="$pids $pid"; done; [ -z "$pids" ] || kill -TERM $pids 2>/dev/null'

/** Tells it of a process. */
export const watchdog = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() =>
      spawn("/bin/sh", ["-c", script], { stdio: ["pipe", "ignore", "ignore"], detached: true }),
    ),
    (child) => Effect.sync(() => child.kill("SIGKILL")),
  ),
  ({ stdin }) =>
    (pid: number): void =>
      void stdin.write(`${pid}\n`),
)
