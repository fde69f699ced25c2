/** Flags that several commands share. */
import * as Flag from "effect/cli/Flag"

export const json = Flag.Boolean("json").pipe(
  Flag.withDescription("Print JSON for programs instead of text for people"),
  Flag.withoutNegation,
  Flag.withDefault(false),
)

export const ops = Flag.String("ops").pipe(
  Flag.withDescription("The server's operations port. Default: PARLEY_OPS_HOST and PARLEY_OPS_PORT"),
  Flag.withMetavar("url"),
  Flag.optional,
)

export const dataDir = Flag.String("data-dir").pipe(
  Flag.withDescription("The data directory. Default: PARLEY_DATA_DIR, else ./data"),
  Flag.withMetavar("directory"),
  Flag.optional,
)
