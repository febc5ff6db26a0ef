import { ANSWER, type Answer } from "../../model/answer.ts";
import { quoteIdentifier } from "../store/sql/forms.ts";
import type { Reader, Row, Writer } from "../store/store.ts";

const ANSWER_FIELD_NAMES = Object.keys(ANSWER.fields);
const ANSWER_COLUMN_LIST = ANSWER_FIELD_NAMES.map(quoteIdentifier).join(", ");

const toAnswer = (row: Row): Answer => row as unknown as Answer;

/** Returns the answers, sorted by question and subject. */
export const listAnswers = async (reader: Reader): Promise<Answer[]> =>
  (await reader.all(`select ${ANSWER_COLUMN_LIST} from answer order by question, subject`)).map(toAnswer);

export const findAnswer = async (
  reader: Reader,
  { question, subject }: Pick<Answer, "question" | "subject">,
): Promise<Answer | undefined> => {
  const sql = `select ${ANSWER_COLUMN_LIST} from answer where question = :question and subject = :subject`;
  const row = await reader.get(sql, { question, subject });
  return row && toAnswer(row);
};

/** Writes an answer. An earlier answer to the same question about the same subject is replaced, and its id is kept. */
export const writeAnswer = async (writer: Writer, answer: Answer): Promise<void> => {
  await writer.run(
    `insert into answer (${ANSWER_COLUMN_LIST}) values (${ANSWER_FIELD_NAMES.map((name) => `:${name}`).join(", ")})
     on conflict (question, subject) do update set value = excluded.value, "by" = excluded."by", at = excluded.at`,
    answer,
  );
};

export const deleteAnswer = async (writer: Writer, id: string): Promise<void> => {
  await writer.run("delete from answer where id = :id", { id });
};
