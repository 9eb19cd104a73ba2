// connect: one call through the in-memory transport of the router. The schema is written out here, so that no generated code is needed.
import { create, createFileRegistry } from '@bufbuild/protobuf'
import { FieldDescriptorProto_Label, FieldDescriptorProto_Type, FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt'
import { createClient, createRouterTransport } from '@connectrpc/connect'
import { CALL_INPUT, CALL_OUTPUT, microsPerCall } from '../call-load.ts'

const field = (name: string, number: number, type: FieldDescriptorProto_Type) => ({
  name,
  jsonName: name,
  number,
  type,
  label: FieldDescriptorProto_Label.OPTIONAL,
})
const file = create(FileDescriptorProtoSchema, {
  name: 'stock.proto',
  package: 'bench',
  syntax: 'proto3',
  messageType: [
    {
      name: 'ReserveRequest',
      field: [field('sku', 1, FieldDescriptorProto_Type.STRING), field('quantity', 2, FieldDescriptorProto_Type.INT32)],
    },
    { name: 'ReserveReply', field: [field('ok', 1, FieldDescriptorProto_Type.BOOL)] },
  ],
  service: [{ name: 'Stock', method: [{ name: 'Reserve', inputType: '.bench.ReserveRequest', outputType: '.bench.ReserveReply' }] }],
})
const stock = createFileRegistry(file, () => undefined).getService('bench.Stock')
if (!stock) throw new Error('expected the service bench.Stock in its own file')
// A schema that was read at run time has no types for its methods.
const implementation = { reserve: async () => CALL_OUTPUT } as object
const client: object = createClient(
  stock,
  createRouterTransport((router) => router.service(stock, implementation)),
)
const { reserve } = client as { reserve(input: typeof CALL_INPUT): Promise<{ readonly ok: boolean }> }

if (!(await reserve(CALL_INPUT)).ok) throw new Error('expected ok')
console.log(JSON.stringify({ micros: await microsPerCall(() => reserve(CALL_INPUT)) }))
