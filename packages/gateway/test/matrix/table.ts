/**
 * Who gets what: for every route and every frame of a client that is about a conversation, what each of its people is answered.
 *
 * The protocol (sections 6 and 7) in one table; the rest follows from four sentences, which `expected.ts` holds:
 * who is not in a conversation, any more or yet, is answered 404, as for one that never was; who says not who he is, 401;
 * the other routes are the same for everybody (`elsewhere`); what is refused writes nothing.
 *
 * A row: what it is; whose stream grows when it is accepted (`-`: none); then statuses, or `ack`, by column. A frame's status is that of
 * the problem in its `error`. `=` after it: that stood already, and nothing is written. `own`, `another's`: whose message it is about. `blocked`: in a group somebody whom the owner blocks and who
 * blocks the owner; in a direct conversation either side of a block.
 */
export const aboutConversations = `
                                                              |              |  a live group                       |  an archived group                  |  a direct one
what                                                          | grows        |  owner admin member reader blocked  |  owner admin member reader blocked  |  partner blocked
GET    /v1/conversations/:id                                  | -            |  200   200   200    200    200      |  200   200   200    200    200      |  200     200
GET    /v1/conversations/:id/messages                         | -            |  200   200   200    200    200      |  200   200   200    200    200      |  200     200
GET    /v1/conversations/:id/messages/:message_id/replies     | -            |  200   200   200    200    200      |  200   200   200    200    200      |  200     200
GET    /v1/conversations/:id/receipts                         | -            |  200   200   200    200    200      |  200   200   200    200    200      |  200     200
POST   /v1/conversations/:id/receipts                         | user         |  204   204   204    204    204      |  204   204   204    204    204      |  204     204
POST   /v1/messages                                           | conversation |  201   201   201    403    201      |  409   409   409    409    409      |  201     403
PATCH  /v1/conversations/:id/messages/:message_id own         | conversation |  200   200   200    403    200      |  409   409   409    409    409      |  200     403
PATCH  /v1/conversations/:id/messages/:message_id another's   | conversation |  403   403   403    403    403      |  409   409   409    409    409      |  403     403
DELETE /v1/conversations/:id/messages/:message_id own         | conversation |  200   200   200    403    200      |  409   409   409    409    409      |  200     200
DELETE /v1/conversations/:id/messages/:message_id another's   | conversation |  200   200   403    403    403      |  409   409   409    409    409      |  403     403
PUT    /v1/conversations/:id/messages/:message_id/reactions/:emoji    | conversation |  200   200   200    403    200      |  409   409   409    409    409      |  200     403
DELETE /v1/conversations/:id/messages/:message_id/reactions/:emoji    | conversation |  200   200   200    403    200      |  409   409   409    409    409      |  200     200
PUT    /v1/conversations/:id/mute                             | user         |  204   204   204    204    204      |  204   204   204    204    204      |  204     204
DELETE /v1/conversations/:id/mute                             | -            |  204   204   204    204    204      |  204   204   204    204    204      |  204     204
GET    /v1/groups/:id                                         | -            |  200   200   200    200    200      |  200   200   200    200    200      |  404     404
PATCH  /v1/groups/:id                                         | conversation |  200   200   403    403    403      |  409   409   409    409    409      |  404     404
DELETE /v1/groups/:id                                         | conversation |  204   403   403    403    403      |  204=  409   409    409    409      |  404     404
GET    /v1/groups/:id/members                                 | -            |  200   200   200    200    200      |  200   200   200    200    200      |  404     404
POST   /v1/groups/:id/members add a member                    | conversation |  200   200   403    403    403      |  409   409   409    409    409      |  404     404
POST   /v1/groups/:id/members add an admin                    | conversation |  200   403   403    403    403      |  409   409   409    409    409      |  404     404
POST   /v1/groups/:id/members remove a member                 | conversation |  200   200   403    403    403      |  409   409   409    409    409      |  404     404
POST   /v1/groups/:id/members remove an admin                 | conversation |  200   403   403    403    403      |  409   409   409    409    409      |  404     404
POST   /v1/groups/:id/members leave                           | conversation |  200   200   200    200    200      |  200   200   200    200    200      |  404     404
PATCH  /v1/groups/:id/members/:user_id                        | conversation |  200   403   403    403    403      |  409   409   409    409    409      |  404     404
frame  message.send                                           | conversation |  ack   ack   ack    403    ack      |  409   409   409    409    409      |  ack     403
frame  message.edit own                                       | conversation |  ack   ack   ack    403    ack      |  409   409   409    409    409      |  ack     403
frame  message.edit another's                                 | conversation |  403   403   403    403    403      |  409   409   409    409    409      |  403     403
frame  message.delete own                                     | conversation |  ack   ack   ack    403    ack      |  409   409   409    409    409      |  ack     ack
frame  message.delete another's                               | conversation |  ack   ack   403    403    403      |  409   409   409    409    409      |  403     403
frame  reaction.add                                           | conversation |  ack   ack   ack    403    ack      |  409   409   409    409    409      |  ack     403
frame  reaction.remove                                        | conversation |  ack   ack   ack    403    ack      |  409   409   409    409    409      |  ack     ack
frame  receipt.read                                           | user         |  ack   ack   ack    ack    ack      |  ack   ack   ack    ack    ack      |  ack     ack
frame  receipt.delivered                                      | user         |  ack   ack   ack    ack    ack      |  ack   ack   ack    ack    ack      |  ack     ack
`

/** Not about one conversation: one answer for everybody who says who he is, and one for who does not. */
export const elsewhere = `
what                                 | grows        | somebody | anonymous
POST   /v1/dev/login                 | -            | 200      | 200
POST   /v1/ws/token                  | -            | 200      | 401
GET    /v1/sync                      | -            | 200      | 401
GET    /v1/conversations             | -            | 200      | 401
POST   /v1/conversations             | conversation | 201      | 401
POST   /v1/groups                    | conversation | 201      | 401
GET    /v1/users                     | -            | 200      | 401
GET    /v1/users/me                  | -            | 200      | 401
PUT    /v1/users/me                  | user         | 200      | 401
GET    /v1/users/:user_id            | -            | 200      | 401
GET    /v1/users/me/blocks           | -            | 200      | 401
PUT    /v1/users/me/blocks/:user_id  | user         | 204      | 401
DELETE /v1/users/me/blocks/:user_id  | -            | 204      | 401
GET    /v1/users/me/mutes            | -            | 200      | 401
GET    /v1/devices                   | -            | 200      | 401
PUT    /v1/devices/:device_id        | user         | 200      | 401
DELETE /v1/devices/:device_id        | user         | 204      | 401
GET    /v1/push/config               | -            | 200      | 401
frame  sync                          | -            | ack      | 401
frame  presence.watch                | -            | ack      | 401
frame  presence.unwatch              | -            | ack      | 401
frame  typing                        | -            | silence  | 401
frame  presence.ping                 | -            | silence  | 401
`

export const insiders = ["owner", "admin", "member", "reader", "blocked"] as const
export const outsiders = ["ex-member", "stranger", "anonymous"] as const
export const partners = ["partner", "blocked", "blocker"] as const
export type Standing = (typeof insiders)[number] | (typeof outsiders)[number] | (typeof partners)[number]
export type Place = "live group" | "archived group" | "absent group" | "direct" | "absent direct"

export interface Row {
  /** `GET /v1/…` with its parameters, or `frame message.send`. */
  readonly what: string
  /** What tells two rows of one route apart: `own`, `leave`. */
  readonly variant: string
  readonly grows: string
  readonly groups: ReadonlyArray<ReadonlyArray<string>>
}

const words = (text: string): ReadonlyArray<string> => text.trim().split(/\s+/)

export const rowsOf = (table: string): ReadonlyArray<Row> =>
  table
    .split("\n")
    .filter((line) => /^(GET|POST|PUT|PATCH|DELETE|frame) /.test(line))
    .map((line) => {
      const [name = "", grows = "", ...groups] = line.split("|")
      const [method, address, ...variant] = words(name)
      return {
        what: `${method} ${address}`,
        variant: variant.join(" "),
        grows: grows.trim(),
        groups: groups.map(words),
      }
    })
