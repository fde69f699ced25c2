/**
 * Every limiter: whose bucket, and what happens when the store of its buckets is away (`docs/operations.md` has the table).
 *
 * `open`: people go on. This gateway counts alone meanwhile, so that at worst each gateway lets through what one may.
 * `closed`: `unavailable`, with `Retry-After`. Only for what is rare, costly and can wait.
 */
export const limiters = {
  user: { of: "messages of a user", whenAway: "open", detail: "Too many messages of this user." },
  conversation: {
    of: "messages of a conversation",
    whenAway: "open",
    detail: "Too many messages in this conversation.",
  },
  members: {
    of: "people that a user names",
    whenAway: "closed",
    detail: "Too many people added, removed or invited by this user.",
  },
  groups: {
    of: "groups that a user makes",
    whenAway: "closed",
    detail: "Too many groups made by this user.",
  },
  requests: { of: "HTTP requests of a user", whenAway: "open", detail: "Too many requests of this user." },
  connection: {
    of: "frames of a connection, counted where it is",
    whenAway: "open",
    detail: "Too many frames on this connection.",
  },
  unauthenticated: {
    of: "requests and upgrades of an address that were refused as unauthenticated",
    whenAway: "open",
    detail: "Too many requests without a valid token from this address.",
  },
  upgrades: {
    of: "upgrades of an address",
    whenAway: "open",
    detail: "Too many connections opened from this address.",
  },
  logins: {
    of: "development logins of an address",
    whenAway: "closed",
    detail: "Too many logins from this address.",
  },
} as const satisfies Record<
  string,
  { readonly of: string; readonly whenAway: "open" | "closed"; readonly detail: string }
>

export type LimiterName = keyof typeof limiters
