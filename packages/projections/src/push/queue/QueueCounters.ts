/** What the queue has done since the process started, for `/metrics`. */
import type { PushDecision, PushQueueStats, Settlement } from "../PushQueue.ts"
import type { PushKind } from "../PushSender.ts"
import type { Admitted } from "./Admission.ts"

type Counted = Pick<
  PushQueueStats,
  "queued" | "collapsed" | "overBudget" | "sent" | "dropped" | "suppressed" | "retried"
>

const count = (into: Record<string, number>, reason: string, by = 1): void => {
  into[reason] = (into[reason] ?? 0) + by
}

export class QueueCounters {
  #queued = 0
  #collapsed = 0
  #overBudget = 0
  #retried = 0
  readonly #sent: Record<PushKind, number> = { message: 0, clear: 0, security: 0 }
  readonly #dropped: Record<string, number> = {}
  readonly #suppressed: Record<string, number> = {}

  admitted(
    { queued, collapsed, overBudget, gone }: Admitted & { readonly gone: number },
    suppressed: ReadonlyArray<PushDecision>,
  ): void {
    this.#queued += queued
    this.#collapsed += collapsed
    this.#overBudget += overBudget
    if (gone > 0) count(this.#dropped, "read", gone)
    for (const { reason } of suppressed) count(this.#suppressed, reason ?? "")
  }

  settled(kind: PushKind, settlement: Settlement): void {
    if (settlement.outcome === "sent") this.#sent[kind]++
    else if (settlement.outcome === "retry") this.#retried++
    else if (settlement.outcome === "dropped") count(this.#dropped, settlement.reason)
  }

  read(): Counted {
    return {
      queued: this.#queued,
      collapsed: this.#collapsed,
      overBudget: this.#overBudget,
      retried: this.#retried,
      sent: { ...this.#sent },
      dropped: { ...this.#dropped },
      suppressed: { ...this.#suppressed },
    }
  }
}
