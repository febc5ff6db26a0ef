import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { type ORG, type Org, ROOT_ORG_ID } from "../../nouns/organisation.ts";
import { text } from "../../text/index.ts";
import type { Session } from "../ledger/session.ts";
import {
  countSubtree,
  isParentHidden,
  isOrgWithin,
  ORG_LIST,
  ROOT_ORG_NUMBER,
  findSameNamedSibling,
  type SubtreeCounts,
  type TreePosition,
} from "../ledger/org-rows.ts";
import type { Writer } from "../store/types.ts";
import { editRecord, type CheckedChange, type EditableRecordType, type ChangeResult } from "../ledger/records.ts";

export type WrittenOrg = ChangeResult<Org>;

export interface MovedOrg extends WrittenOrg {
  readonly along: SubtreeCounts;
}

export const EDITABLE_ORGS: EditableRecordType<typeof ORG.fields> = {
  list: ORG_LIST,
  usual: { parentId: ROOT_ORG_ID },
  check: checkTreePosition,
};

export const moveOrg = async (
  session: Session,
  id: string,
  { parent, dryRun }: { readonly parent: string; readonly dryRun?: boolean | undefined },
): Promise<MovedOrg> => {
  // counted before the move, because an error after the move would hide that the move succeeded
  const along = await session.read((reader) => countSubtree(reader, id));
  return { ...(await editRecord(session, EDITABLE_ORGS, id, { parentId: parent, dryRun }, "move")), along };
};

async function checkTreePosition(writer: Writer, { pk, values }: CheckedChange): Promise<void> {
  if (pk === ROOT_ORG_NUMBER) {
    throw new Failure("input-rejected", {
      what: text(
        "全社 represents the whole tenant and cannot be changed",
        "全社はテナント全体を表すため変更できません",
      ),
    });
  }
  const [parent, name, code] = ["parentId", "name", "code"].map((field) => values.get(field));
  if (pk !== undefined && typeof parent === "number" && (await isParentHidden(writer, pk))) {
    throw new Failure("not-permitted", {
      what: text(
        "the parent of this organisation is outside your organisations; only an administrator who manages both the old and the new parent can move the organisation",
        "この組織の上位組織は管理対象組織の外です。移動できるのは、移動元と移動先の両方を管理する管理者だけです",
      ),
      hint: text("ask a system administrator", "システム管理者に依頼してください"),
    });
  }
  if (pk !== undefined && typeof parent === "number" && (await isOrgWithin(writer, parent, pk))) {
    throw new Failure("input-rejected", {
      what: text("an organisation cannot be moved below itself", "組織をその組織やその下位組織の下には移動できません"),
      hint: step("to see the organisations", "組織の一覧を見るには", line("orgs list", [])),
    });
  }
  const twin = await findSameNamedSibling(writer, { pk, parent, name, code } as TreePosition);
  if (twin === undefined) return;
  throw new Failure("input-rejected", {
    what: text(
      `an organisation named "${twin}" already exists below the same parent; without a code, the two cannot be distinguished`,
      `同じ上位組織の下に「${twin}」がすでにあり、組織コードがないと区別できません`,
    ),
    hint: text("add a code: --code CODE", "組織コードを付けてください: --code コード"),
  });
}
