/** The fleet's own process: thousands of members, at its parent's word. See `fleet.ts`. */
import { Member } from "./Member.ts"
import type { Asked, Report, Told } from "./fleet.ts"

/** Connections opened at a time at the beginning, when nobody measures. */
const openingAtOnce = 50
const tell = (told: Told): void => void process.send!(told)

let members: ReadonlyArray<Member> = []
let caughtUp = 0
let cutAt = 0

/** Tells once all of them are caught up, counting from now on. */
const watch = (): void => {
  caughtUp = 0
  for (const member of members)
    member.onCaughtUp = () => {
      member.onCaughtUp = () => undefined
      if (++caughtUp === members.length) tell({ _tag: "AllCaughtUp" })
    }
}

const open = async (base: string, identities: Extract<Asked, { _tag: "Open" }>["identities"]) => {
  members = identities.map((identity) => new Member(base, identity))
  const left = members.values()
  await Promise.all(
    Array.from({ length: openingAtOnce }, async () => {
      for (const member of left)
        await new Promise<void>((resolve) => {
          member.onCaughtUp = resolve
          member.dial()
        })
    }),
  )
  tell({ _tag: "Opened" })
}

const report = (heads: Readonly<Record<string, number>>): Report => {
  const sum = (of: (member: Member) => number): number => members.reduce((n, one) => n + of(one), 0)
  const lacking = (member: Member): number =>
    [...member.held].reduce((n, [id, seq]) => n + Math.max(0, (heads[id] ?? seq) - seq), 0)
  const codes: Record<string, number> = {}
  for (const code of members.flatMap(({ closes }) => closes)) codes[code] = (codes[code] ?? 0) + 1
  return {
    caughtUpMs: members.map((one) => one.caughtUpAt - cutAt),
    helloMs: members.map((one) => one.helloAt - cutAt),
    lateMs: members.flatMap((one) => one.latenesses),
    advisedMs: members.flatMap((one) => one.advised),
    frames: sum((one) => one.frames),
    repeated: sum((one) => one.repeated),
    skipped: sum((one) => one.skipped),
    refused: sum((one) => one.refused),
    lacking: sum(lacking),
    conversations: sum((one) => one.held.size),
    codes,
  }
}

process.on("message", (asked: Asked) => {
  switch (asked._tag) {
    case "Open":
      return void open(asked.base, asked.identities)
    case "Cut":
      cutAt = performance.now()
      watch()
      for (const member of members) member.cut()
      return
    case "Watch":
      cutAt = performance.now()
      return watch()
    case "Report":
      return tell({ _tag: "Report", report: report(asked.heads) })
    case "End":
      for (const member of members) member.end()
      return process.exit(0)
  }
})
// Whatever becomes of the parent.
process.on("disconnect", () => process.exit(0))
