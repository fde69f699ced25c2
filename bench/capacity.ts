/**
 * From daily users to nodes, fsyncs, bandwidth and storage, by the figures measured here:
 *
 *   node bench/capacity.ts [--users 2000000] [--messages 40] [--peak 3] [--online 0.33] [--deliveries 6]
 *
 * Without options it prints the table of `docs/capacity.md`.
 */
import { parseArgs } from "node:util"
import { examples, headroom, measured } from "./capacity/assumptions.ts"
import { capacityTable } from "./capacity/table.ts"

const { values } = parseArgs({
  options: {
    users: { type: "string" },
    messages: { type: "string" },
    peak: { type: "string" },
    online: { type: "string" },
    deliveries: { type: "string" },
  },
})
const positive = (name: keyof typeof values, fallback: number): number => {
  const value = Number(values[name] ?? fallback)
  if (Number.isFinite(value) && value > 0) return value
  process.stderr.write(`--${name}: expected a number above 0\n`)
  process.exit(2)
}
const [, like] = examples[0]!
const asked = {
  ...like,
  dailyUsers: positive("users", like.dailyUsers),
  messagesPerUser: positive("messages", like.messagesPerUser),
  peakFactor: positive("peak", like.peakFactor),
  onlineShare: positive("online", like.onlineShare),
  deliveriesPerMessage: positive("deliveries", like.deliveriesPerMessage),
}
const shown = Object.keys(values).length === 0 ? examples : ([["as asked", asked]] as const)
process.stdout.write(`${capacityTable(shown, measured, headroom)}\n`)
