import { commandName, line, step } from "../../advice/index.ts";
import type { MovedOrg, Org } from "../../contract/index.ts";
import { Failure } from "../../errors/index.ts";
import { ORG, ROOT_ORG_ID } from "../../model/organisation.ts";
import { text } from "../../text/index.ts";
import type { IdempotentRequest, Session } from "../session.ts";
import {
  codedAsPath,
  countWithin,
  isIdOfOther,
  isTop,
  isWithin,
  ORGS,
  otherAt,
  parentIdOf,
  ROOT,
  slashedPath,
  twinBelow,
  type TreePosition,
} from "./org-rows.ts";
import type { Writer } from "../store/store.ts";
import {
  createRecord,
  editRecord,
  unusable,
  type CheckedChange,
  type HandBody,
  type HandNoun,
  type ChangeResult,
} from "./records.ts";

/** Organisations, as they are written by hand. */
export const HAND_ORGS: HandNoun<typeof ORG.fields> = {
  list: ORGS,
  collection: "orgs",
  series: "orgs",
  actions: "orgs",
  usual: { parentId: ROOT_ORG_ID },
  orgs: async (reader, record) => {
    const { id, parentId } = record as Org;
    // the one above may lie outside the asker's, who is not shown it
    return [id, parentId ?? (await parentIdOf(reader, id)) ?? ROOT_ORG_ID];
  },
  check: checkPlace,
};

/** @throws Failure `input-rejected` where a code is taken, or a name without one; `not-found` where there is no such parent */
export const createOrg = (
  session: Session,
  body: HandBody,
  once?: Omit<IdempotentRequest<ChangeResult<Org>>, "replay">,
): Promise<ChangeResult<Org>> => createRecord(session, HAND_ORGS, body, once);

export const editOrg = (session: Session, id: string, body: HandBody): Promise<ChangeResult<Org>> =>
  editRecord(session, HAND_ORGS, id, body);

/**
 * Moves an organisation, and what is below it, below another one; says how many go along.
 *
 * @throws Failure `input-rejected` if that is below itself
 */
export const moveOrg = async (
  session: Session,
  id: string,
  { parent, dryRun }: { readonly parent: string; readonly dryRun?: boolean | undefined },
): Promise<MovedOrg> => {
  // read before, as what fails afterwards would not tell that it was moved
  const along = await session.read((reader) => countWithin(reader, id));
  return { ...(await editRecord(session, HAND_ORGS, id, { parentId: parent, dryRun }, "move")), along };
};

const [NAME, CODE, PATH] = [ORG.fields.name.label, ORG.fields.code.label, ORG.fields.path.label];

/** The tree stays a tree, and each organisation has a name of its own: a code, else its name below its parent (ours). */
async function checkPlace(writer: Writer, { pk, values }: CheckedChange): Promise<void> {
  if (pk === ROOT) {
    throw new Failure("input-rejected", {
      what: text(
        "全社 stands for the whole tenant: it stays as it is",
        "「全社」はテナント全体を表すため、変更できません",
      ),
    });
  }
  const [parent, name, code] = ["parentId", "name", "code"].map((field) => values.get(field));
  if (pk !== undefined && typeof parent === "number" && (await isTop(writer, pk))) {
    throw new Failure("not-permitted", {
      what: text(
        "what is above this organisation is not yours: only who has both places moves it",
        "この組織の上位組織は管理対象組織の外です。移動できるのは、移動元と移動先の両方を管理する管理者だけです",
      ),
      hint: text("ask a system administrator", "システム管理者に依頼してください"),
    });
  }
  if (pk !== undefined && typeof parent === "number" && (await isWithin(writer, parent, pk))) {
    throw new Failure("input-rejected", {
      what: text(
        "an organisation cannot be moved below itself",
        "組織を、その組織自身やその下位組織の下に移動することはできません",
      ),
      hint: step("see the tree", "ツリーを見る", line("orgs list", [])),
    });
  }
  const place = {
    pk,
    parent: parent as number | undefined,
    name: name as string | undefined,
    code: code as string | null | undefined,
  };
  await checkPath(writer, place);
  await checkCodes(writer, place);
  const twin = await twinBelow(writer, place);
  if (twin === undefined) return;
  if (twin.called === null) throw unusable(NAME, twin.typed);
  throw new Failure("input-rejected", {
    what: text(
      `${twin.called} is there already, and without a code this one could not be told apart`,
      `「${twin.called}」はすでにあり、組織コードがないと区別できません`,
    ),
    hint: text("give it a code: --code CODE", "組織コードを付けてください: --code コード"),
  });
}

/** What is typed names one organisation: no path is the code of another (ours). */
async function checkCodes(writer: Writer, place: TreePosition): Promise<void> {
  const other = await codedAsPath(writer, place);
  if (other === undefined) return;
  const { id, path, code, typed } = other;
  if (path === null) throw unusable(PATH, typed);
  const edit = (code: string): string => line("orgs edit", [id], { code });
  throw new Failure("input-rejected", {
    what: text(
      `the path would be ${code}, which is the code of another organisation, ${path}: nobody could tell which is meant`,
      `パス「${code}」は、別の組織「${path}」の組織コードと同じため、どちらを指すのか区別できません`,
    ),
    hint: text(
      `give it another name or place, or that one another code: ${edit("CODE")}`,
      `組織名か場所を変えるか、その組織に別の組織コードを付けてください: ${edit("コード")}`,
    ),
  });
}

const ANOTHER_CODE = text("give it another code: --code CODE", "別の組織コードにしてください: --code コード");

/** What is typed names one organisation: no code is the path of another, or its id, nor a name with a slash (ours). */
async function checkPath(writer: Writer, place: TreePosition): Promise<void> {
  const { pk, code } = place;
  if (typeof code === "string" && (await isIdOfOther(writer, code, pk))) {
    throw new Failure("input-rejected", {
      what: text(
        `the code ${code} is the id of another organisation: nobody could tell which is meant`,
        `組織コード「${code}」は、別の組織の ID と同じため、どちらを指すのか区別できません`,
      ),
      hint: ANOTHER_CODE,
    });
  }
  const named = typeof code === "string" ? await otherAt(writer, code, pk) : undefined;
  if (named?.called === null) throw unusable(CODE, named.typed);
  if (named !== undefined) {
    throw new Failure("input-rejected", {
      what: text(
        `the code ${code} is the path of another organisation: nobody could tell which is meant`,
        `組織コード「${code}」は、別の組織のパスと同じため、どちらを指すのか区別できません`,
      ),
      hint: ANOTHER_CODE,
    });
  }
  const typed = await slashedPath(writer, place);
  const other = typed === undefined ? undefined : await otherAt(writer, typed, pk);
  if (other === undefined) return;
  if (other.called === null) throw unusable(PATH, other.typed);
  throw new Failure("input-rejected", {
    what: text(
      `a name with a / that reads like the path of another organisation: ${other.called}`,
      `「/」を含むこの名前は、別の組織のパス「${other.called}」と同じに読めます`,
    ),
    hint: text(
      `to put one below another: ${line("orgs create", ["NAME"], { parent: "ORG" })}; to keep this name, give it a code: --code CODE`,
      `別の組織の下に作るには: ${commandName("orgs create")} 組織名 --parent 上位組織。この名前のままにするには、組織コードを付けてください: --code コード`,
    ),
  });
}
