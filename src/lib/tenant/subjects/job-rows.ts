import type { Job } from "../../model/job.ts";
import type { Reader } from "../store/types.ts";

const toJob = (row: { readonly run: string }): Job => JSON.parse(row.run) as Job;

export const listJobs = async (reader: Reader): Promise<readonly Job[]> =>
  (await reader.all<{ run: string }>("select run from main.job order by name")).map(toJob);

export const findJob = async (reader: Reader, name: string): Promise<Job | undefined> => {
  const row = await reader.get<{ run: string }>("select run from main.job where name = :name", { name });
  return row && toJob(row);
};
