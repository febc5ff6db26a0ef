import { ANSWER, type Answer } from "../../model/answer.ts";
import { quoteIdentifier } from "../store/sql/forms.ts";
import type { Reader, Row, Writer } from "../store/store.ts";

const NAMES = Object.keys(ANSWER.fields);
const COLUMNS = NAMES.map(quoteIdentifier).join(", ");

const answerOf = (row: Row): Answer => row as unknown as Answer;

/** By question and what it is about. */
export const listAnswers = async (reader: Reader): Promise<Answer[]> =>
  (await reader.all(`select ${COLUMNS} from answer order by question, subject`)).map(answerOf);

export const findAnswer = async (
  reader: Reader,
  { question, subject }: Pick<Answer, "question" | "subject">,
): Promise<Answer | undefined> => {
  const sql = `select ${COLUMNS} from answer where question = :question and subject = :subject`;
  const row = await reader.get(sql, { question, subject });
  return row && answerOf(row);
};

/** Writes an answer, in place of the one to the same question about the same, whose id it has. */
export const writeAnswer = async (writer: Writer, answer: Answer): Promise<void> => {
  await writer.run(
    `insert into answer (${COLUMNS}) values (${NAMES.map((name) => `:${name}`).join(", ")})
     on conflict (question, subject) do update set value = excluded.value, "by" = excluded."by", at = excluded.at`,
    answer,
  );
};

export const deleteAnswer = async (writer: Writer, id: string): Promise<void> => {
  await writer.run("delete from answer where id = :id", { id });
};
