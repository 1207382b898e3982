// What the local upstream answers to calls for embeddings: three numbers for each text.

export interface EmbeddingsRequest {
  model: string;
  input?: unknown;
  encoding_format?: "float" | "base64";
}

export function embeddingsOf({ model, input, encoding_format: format }: EmbeddingsRequest): object {
  const texts = Array.isArray(input) ? input : [input];
  const data = texts.map((text, index) => {
    const numbers = [String(text).length, index, 0.5];
    const base64 = Buffer.from(Float32Array.from(numbers).buffer).toString("base64");
    return { object: "embedding", index, embedding: format === "base64" ? base64 : numbers };
  });
  return { object: "list", model, data, usage: { prompt_tokens: 8, total_tokens: 8 } };
}
