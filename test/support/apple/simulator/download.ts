/** Downloads a server token for a public key from a simulator. @returns the content of the token file */
export async function downloadToken(url: string, certificate: string): Promise<string> {
  const answer = await fetch(`${url}/_simulator/tokens`, { method: "POST", body: JSON.stringify({ certificate }) });
  return answer.text();
}
