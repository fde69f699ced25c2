/** A process that only follows: for each line that it is given it applies one batch of the log to a model, saying so before and after. */
import { createInterface } from "node:readline"
import { Follower } from "@parley/projections/Follower"
import { type ModelName, modelNamed } from "@parley/projections/modelNamed"
import { openLogReader } from "@parley/runtime/eventStore/SqliteLogReader"

const [model, log, file] = process.argv.slice(2) as [ModelName, string, string]
const follower = new Follower(modelNamed[model], openLogReader(log), file)
process.stdout.write(`${follower.position}\n`)

createInterface(process.stdin).on("line", () => {
  process.stdout.write("applying\n")
  process.stdout.write(`${follower.step().position}\n`)
})
