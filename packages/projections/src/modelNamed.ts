/** The read models, by the name under which their thread, their file and their numbers go. */
import { historyModel } from "./historyModel/HistoryModel.ts"
import { membershipModel } from "./membershipModel/MembershipModel.ts"

export const modelNamed = { history: historyModel, membership: membershipModel } as const
export type ModelName = keyof typeof modelNamed
