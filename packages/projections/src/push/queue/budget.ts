/**
 * How many pushes a person is sent: a bucket of tokens, one for each message push, whatever the number of his devices.
 *
 * Always true: a token is taken or promised, never refused. Whoever finds the bucket empty is told from when on the next one is his.
 * Not for: security and clearing pushes, which cost none.
 */
export interface BudgetRule {
  /** Pushes in a row. */
  readonly burst: number
  /** Milliseconds until another one is allowed. */
  readonly everyMs: number
}

/** Twenty in a row, then one every half minute. */
export const defaultBudget: BudgetRule = { burst: 20, everyMs: 30_000 }

/** `tokens` as of `at`, in milliseconds; below 0 when one is promised. */
export interface Bucket {
  readonly tokens: number
  readonly at: number
}

/** `from`: when the token is there; `now` when it was there already. */
export const takeToken = (
  rule: BudgetRule,
  bucket: Bucket | undefined,
  now: number,
): { readonly bucket: Bucket; readonly from: number } => {
  const before = bucket ?? { tokens: rule.burst, at: now }
  const gained = Math.max(0, now - before.at) / rule.everyMs
  const tokens = Math.min(rule.burst, before.tokens + gained) - 1
  // A clock that was set back takes nothing away and gives nothing twice.
  const at = Math.max(now, before.at)
  return { bucket: { tokens, at }, from: tokens >= 0 ? now : Math.ceil(at - tokens * rule.everyMs) }
}

/** A bucket that nobody has touched for so long is full. */
export const fullAfterMs = (rule: BudgetRule): number => (rule.burst + 2) * rule.everyMs
