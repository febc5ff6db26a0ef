import type { Client, Import } from "../../../src/lib/client/index.ts";
import { Failure } from "../../../src/lib/errors/index.ts";
import { describeBlockedRecord } from "../../../src/lib/derived/undo.ts";
import { joinTexts, same } from "../../../src/lib/text/index.ts";
import type { WholeClient } from "../client/whole-client.ts";

type UndoOptions = Parameters<Client<"imports">["imports"]["undo"]>[1];

export const undoChange = async (
  { imports }: Pick<WholeClient, "imports">,
  number: number | "last",
  options: UndoOptions = {},
): Promise<Import> => {
  const plan = await imports.undo(number, options);
  return options.skipBlocked === true ? plan : refuseBlocked(imports, plan);
};

const refuseBlocked = async (imports: WholeClient["imports"], plan: Import): Promise<Import> => {
  if (plan.blocked === undefined) return plan;
  await imports.discard(plan.id);
  throw new Failure("conflict", { what: joinTexts(plan.blocked.first.map(describeBlockedRecord), same("; ")) });
};

/** Plans the undo of an import by its id. @throws Failure as {@link undoChange} */
export const undoImport = async (
  client: Pick<WholeClient, "imports">,
  id: string,
  options: UndoOptions = {},
): Promise<Import> => {
  const { change, state } = await client.imports.show(id);
  if (change === null) throw new Failure("conflict", { what: same(`the import is ${state}`) });
  return undoChange(client, change, options);
};

export const dropTasks = async (
  { imports }: Pick<WholeClient, "imports">,
  ...numbers: readonly number[]
): Promise<Import> => imports.commit(await refuseBlocked(imports, await imports.dropTasks({ numbers: [...numbers] })));
