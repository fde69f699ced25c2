/**
 * A run's clients and conversations while it goes on: who is connected, and who, as far as answers tell, is a member of what.
 *
 * Always true: a member joins the view when his addition was acknowledged and leaves it when his removal was, so requests race with
 * changes on purpose. Owners stay.
 */
import { SeededRandom } from "../checker/SeededRandom.ts"
import { judge } from "../documents/judge.ts"
import { Account } from "../independent/Account.ts"
import { Client } from "../independent/Client.ts"
import { makeCast, type Cast } from "./cast.ts"
import { Recorder } from "./Recorder.ts"

export interface Talk {
  readonly kind: "direct" | "group"
  readonly id: string
  readonly number: number
  readonly owner: string
  readonly members: Array<string>
  /** Removed, and not added again. */
  readonly former: Array<string>
  /** A change of its members is under way: one at a time, so that each outcome is known. */
  changing: boolean
}

export interface StageOptions {
  readonly seed: number
  readonly connections: number
  readonly conversations: number
  /** As `makeCast` takes it. */
  readonly called?: string
  /** Of the usual pace of everything beside the sends; default 1. */
  readonly pace?: number
}

export class Stage {
  readonly pace: number
  readonly recorder = new Recorder()
  readonly random: SeededRandom
  readonly cast: Cast
  readonly accounts = new Map<string, Account>()
  readonly clients: Array<Client> = []
  readonly talks: Array<Talk> = []
  readonly #byUser = new Map<string, Array<Client>>()

  /** Everybody begins at another one of the addresses, and goes on to the next when his does not answer. */
  constructor(
    addresses: ReadonlyArray<string>,
    { seed, connections, conversations, called, pace = 1 }: StageOptions,
  ) {
    this.random = new SeededRandom(seed)
    this.pace = pace
    this.cast = makeCast(this.random, connections, conversations, called)
    this.cast.users.forEach((user, place) => {
      const first = place % addresses.length
      const inTheirOrder = [...addresses.slice(first), ...addresses.slice(0, first)]
      this.accounts.set(user, new Account(inTheirOrder, user, undefined, judge))
      this.#byUser.set(user, [])
    })
    for (const { user, device } of this.cast.devices) {
      const client = new Client(this.accountOf(user), device, this.recorder.watch(user, device))
      this.clients.push(client)
      this.#byUser.get(user)!.push(client)
    }
  }

  accountOf(user: string): Account {
    return this.accounts.get(user)!
  }

  clientsOf(user: string): ReadonlyArray<Client> {
    return this.#byUser.get(user)!
  }

  /** Everybody connects; then the conversations are made, so that their first frames come live. */
  async open(): Promise<void> {
    await inTurn(this.clients, 16, (client) => client.connect())
    await inTurn(this.cast.conversations, 8, async ({ kind, members }) => {
      const account = this.accountOf(members[0]!)
      const { status, body } =
        kind === "direct"
          ? await account.direct(members[1]!)
          : await account.createGroup(`group of ${members[0]}`, members.slice(1))
      if (status !== 201) throw new Error(`a conversation was not made: ${status} ${JSON.stringify(body)}`)
      const id = body.id as string
      const number = this.recorder.conversation(id, members, kind)
      this.talks.push({
        kind,
        id,
        number,
        owner: members[0]!,
        members: [...members],
        former: [],
        changing: false,
      })
    })
    // In the order of the plan, whatever the order of the answers: the schedule is the seed's.
    const order = new Map(this.cast.conversations.map(({ members }, place) => [members.join(), place]))
    this.talks.sort((a, b) => order.get(a.members.join())! - order.get(b.members.join())!)
  }

  /** Devices that do not hold all yet, sends without an answer, connections that are not synced. */
  unsettled(): { readonly behind: number; readonly waiting: number; readonly away: number } {
    let [behind, waiting, away] = [0, 0, 0]
    for (const client of this.clients) {
      waiting += client.waiting
      if (client.state !== "synced") away++
    }
    for (const { id, number, members } of this.talks)
      for (const member of members)
        for (const client of this.clientsOf(member))
          if ((client.held.get(id) ?? -1) < (this.recorder.heads[number] ?? -1)) behind++
    return { behind, waiting, away }
  }

  close(): void {
    this.recorder.freeze()
    for (const client of this.clients) client.close()
  }
}

/** At most `width` at a time, started in order. */
export const inTurn = async <A>(
  all: ReadonlyArray<A>,
  width: number,
  work: (one: A, place: number) => Promise<void>,
): Promise<void> => {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < all.length) {
      const place = next++
      await work(all[place]!, place)
    }
  }
  await Promise.all(Array.from({ length: width }, worker))
}
