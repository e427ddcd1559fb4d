/** Reads the fields of Kafka's protocol from a buffer, one after another. */
export const createReader = (buffer: Buffer) => {
  let at = 0;
  const moved = (bytes: number): number => (at += bytes) - bytes;
  const take = (bytes: number): Buffer => {
    const from = moved(bytes);
    return buffer.subarray(from, from + bytes);
  };
  const unsignedVarint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = buffer.readUInt8(moved(1));
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  };
  const varint = (): number => {
    const value = unsignedVarint();
    return (value >>> 1) ^ -(value & 1);
  };
  const reader = {
    skip: (bytes: number): void => void moved(bytes),
    int16: () => buffer.readInt16BE(moved(2)),
    int32: () => buffer.readInt32BE(moved(4)),
    int64: () => buffer.readBigInt64BE(moved(8)),
    varint,
    take,
    rest: () => take(buffer.length - at),
    /** `null` is read as the empty string. */
    string: () => take(Math.max(0, reader.int16())).toString(),
    array: <Item>(read: () => Item): Item[] => Array.from({ length: Math.max(0, reader.int32()) }, read),
  };
  return reader;
};

export const int8 = (value: number): Buffer => Buffer.from([value]);

export const int16 = (value: number): Buffer => {
  const buffer = Buffer.alloc(2);
  buffer.writeInt16BE(value);
  return buffer;
};

export const int32 = (value: number): Buffer => {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
};

export const int64 = (value: number): Buffer => {
  const buffer = Buffer.alloc(8);
  buffer.writeBigInt64BE(BigInt(value));
  return buffer;
};

export const string = (value: string): Buffer => Buffer.concat([int16(Buffer.byteLength(value)), Buffer.from(value)]);

export const nullString = int16(-1);

export const array = (items: readonly Buffer[]): Buffer => Buffer.concat([int32(items.length), ...items]);
