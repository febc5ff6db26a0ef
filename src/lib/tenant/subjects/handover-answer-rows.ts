import { ANSWER, type Answer } from "../../nouns/answer.ts";
import { quoteIdentifier } from "../store/sql.ts";
import { storeLastNumber, insertRow } from "../ledger/rows.ts";
import type { Reader, Writer } from "../store/types.ts";
import { saveVersionOrCreation, saveVersions } from "../ledger/versions.ts";

const ANSWER_COLUMN_LIST = Object.keys(ANSWER.fields).map(quoteIdentifier).join(", ");

export const listAnswers = (reader: Reader) =>
  reader.all<Answer>(`select ${ANSWER_COLUMN_LIST} from answer order by question`);

export const findAnswer = (reader: Reader, question: string) =>
  reader.get<Answer>(`select ${ANSWER_COLUMN_LIST} from answer where question = :question`, { question });

export const writeAnswer = async (writer: Writer, answer: Answer): Promise<void> => {
  const known = await writer.get("select pk from main.answer where id = :id", { id: answer.id });
  const { last = 0 } = (await writer.lock(["answers"])).get("answers") ?? {};
  const pk = known === undefined ? last + 1 : Number(known["pk"]);
  await saveVersionOrCreation(writer, "answer", pk);
  await insertRow(writer, "answer", { pk, ...answer }, ["pk"], ["id"]);
  await storeLastNumber(writer, "answers", pk);
};

export const deleteAnswer = async (writer: Writer, id: string): Promise<void> => {
  await saveVersions(writer, "answer", "t.id = :id", { id });
  await writer.run("delete from answer where id = :id", { id });
};
