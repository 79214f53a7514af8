import { afterEach, describe, expect, it } from 'vitest';
import { openPixelCollector, type PixelCollector } from '../../src/video/pixel-collector.ts';

let collector: PixelCollector | undefined;
afterEach(() => collector?.close());

const post = (url: string, body: BodyInit): Promise<Response> => fetch(url, { method: 'POST', body });

describe('pixel collector', () => {
  it('hands over exactly the bytes that were posted', async () => {
    collector = await openPixelCollector(100_000);
    const sent = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7) % 251);
    const [got, answer] = await Promise.all([collector.next(), post(collector.url, sent)]);
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(Buffer.compare(got, sent)).toBe(0);
  });

  it('refuses another path, an unasked picture and a wrong length', async () => {
    collector = await openPixelCollector(16);
    expect((await post(`${collector.url}x`, 'a')).status).toBe(404);
    expect((await post(collector.url, 'a')).status).toBe(404);
    const next = collector.next();
    const refused = expect(next).rejects.toThrow('16 bytes');
    expect((await post(collector.url, 'short')).status).toBe(400);
    await refused;
  });
});
