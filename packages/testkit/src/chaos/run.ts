/**
 * The chaos run as a command: `node packages/testkit/src/chaos/run.ts --seed 1 --seconds 60 --rate 2000 --connections 200
 * --conversations 60 --kills 5 [--default-limits]`. Exits 1 unless every counter is 0 and the run did something.
 */
import { chaos } from "./chaos.ts"
import { readOptions } from "./ChaosOptions.ts"
import { describe, faultsOf } from "./ChaosReport.ts"

const report = await chaos(readOptions(process.argv.slice(2)), console.log)
console.log(describe(report))
const faults = faultsOf(report)
for (const fault of faults) console.log(`FAULT ${fault}`)
console.log(faults.length === 0 ? "the run holds" : "the run does not hold")
process.exitCode = faults.length === 0 ? 0 : 1
