/** The read models, by the name under which their thread, their file and their numbers go. */
import { directoryModel } from "./directoryModel/DirectoryModel.ts"
import { historyModel } from "./historyModel/HistoryModel.ts"
import { membershipModel } from "./membershipModel/MembershipModel.ts"
import { receiptsModel } from "./receiptsModel/ReceiptsModel.ts"

export const modelNamed = {
  history: historyModel,
  membership: membershipModel,
  receipts: receiptsModel,
  directory: directoryModel,
} as const
export type ModelName = keyof typeof modelNamed
