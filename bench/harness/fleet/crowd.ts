/**
 * A server with a crowd: people with one connection each, in groups, and writers who are in all the groups and say something at a rate.
 *
 * Always true: each person is in as many groups as was asked, each group has as many people; one writer speaks in a group, so his acks
 * say how far it has come.
 */
import { setTimeout as pause } from "node:timers/promises"
import { randomBytes } from "node:crypto"
import * as Redacted from "effect/Redacted"
import { signAccessToken } from "@parley/gateway/auth/signAccessToken"
import { launchParley, type ParleyProcess } from "../parleyProcess.ts"
import { type Fleet, startFleet } from "./fleet.ts"
import { Writer } from "./Writer.ts"

export interface CrowdOptions {
  readonly people: number
  /** Of each person. */
  readonly groups: number
  readonly groupSize: number
  readonly writers: number
}

export interface Crowd {
  readonly parley: ParleyProcess
  readonly fleet: Fleet
  readonly writers: ReadonlyArray<Writer>
  /** One message after another, so many a second, whatever the server does. Returns its end. */
  readonly speak: (perSecond: number) => () => void
  /** Returns when everything that was said is acknowledged. */
  readonly quiet: () => Promise<void>
  /** How far each group has come, by the acks. */
  readonly heads: () => ReadonlyMap<string, number>
  /** A writer's access token for a group. */
  readonly tokenFor: (group: string) => string
  readonly groups: ReadonlyArray<string>
  readonly end: () => Promise<void>
}

const atOnce = 32
const hour = 3_600

export const gather = async (
  { groupSize, groups: each, people, writers: count }: CrowdOptions,
  environment: Readonly<Record<string, string>> = {},
): Promise<Crowd> => {
  const secret = randomBytes(24).toString("hex")
  const tokenOf = (userId: string): Promise<string> =>
    signAccessToken(Redacted.make(secret), {
      userId,
      expiresAt: Math.floor(Date.now() / 1_000) + hour,
    })
  const parley = await launchParley({
    PARLEY_JWT_SECRET: secret,
    PARLEY_LOG_LEVEL: "warn",
    PARLEY_LIMIT_MEMBER_CHANGES_BURST: "1000000",
    PARLEY_LIMIT_MEMBER_CHANGES_PER_SECOND: "1000000",
    ...environment,
  })
  const writerTokens = await Promise.all(Array.from({ length: count }, (_, n) => tokenOf(`writer-${n}`)))
  const writers = writerTokens.map((token, n) => new Writer(parley.address, `writer-${n}`, token))
  const groupCount = Math.ceil((people * each) / groupSize)
  const members = Array.from({ length: groupCount }, () => new Set<string>())
  // A stride that shares no factor with the number of groups spreads each person over all of them.
  const stride = [101, 103, 107, 109].find((prime) => groupCount % prime !== 0)!
  for (let person = 0; person < people; person++)
    for (let n = 0; n < each; n++) members[(person + n * stride) % groupCount]!.add(`person-${person}`)

  const groups: Array<string> = []
  const left = members.entries()
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const [n, set] of left) {
        const body = { name: `Group ${n}`, member_ids: [...set] }
        groups[n] = (await parley.post("/v1/groups", writerTokens[n % count], body))["id"]!
      }
    }),
  )
  await Promise.all(writers.map((writer) => writer.connect()))
  const fleet = startFleet()
  const identities = Array.from({ length: people }, async (_, n) => ({
    device: `phone-${n}`,
    token: await tokenOf(`person-${n}`),
  }))
  await fleet.open(parley.address, await Promise.all(identities))

  let next = 0
  const say = (): void => {
    const n = next++ % groupCount
    writers[n % count]!.say(groups[n]!)
  }
  const quiet = async (): Promise<void> => {
    while (writers.some((writer) => writer.unanswered > 0)) await pause(20)
  }
  return {
    parley,
    fleet,
    writers,
    groups,
    quiet,
    speak: (perSecond) => {
      const start = performance.now()
      let said = 0
      const timer = setInterval(() => {
        const due = Math.floor(((performance.now() - start) * perSecond) / 1_000)
        for (; said < due; said++) say()
      }, 2)
      return () => clearInterval(timer)
    },
    heads: () => {
      const heads = new Map<string, number>()
      for (const { acked } of writers)
        for (const { conversation, seq } of acked.values())
          heads.set(conversation, Math.max(seq, heads.get(conversation) ?? -1))
      return heads
    },
    tokenFor: (group) => writerTokens[groups.indexOf(group) % count]!,
    end: async () => {
      for (const writer of writers) writer.end()
      await fleet.end()
      await parley.stop()
    },
  }
}
