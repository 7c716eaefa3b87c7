import Tensors
import Testing

@Suite struct WorkspaceTests {
    private func address(_ tensor: Tensor) -> UInt {
        tensor.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
    }

    @Test(arguments: [1, 100, 70_000, 3_000_000]) func memoryIsAlignedAndRecycled(count: Int) {
        let workspace = Workspace(threads: 1)
        var first: UInt = 0
        do {
            let tensor = workspace.tensor([count])
            first = address(tensor)
            #expect(first % 64 == 0)
            tensor.withUnsafeMutableBufferPointer { $0.update(repeating: 1) }
        }
        let second = workspace.tensor([count])
        #expect(address(second) == first)
        let third = workspace.tensor([count])
        #expect(address(third) != first)
        workspace.trim()
        #expect(third.count == count)
    }

    @Test func copiesKeepTheStorage() {
        let workspace = Workspace(threads: 1)
        var tensor = workspace.tensor([2, 3])
        tensor.withUnsafeMutableBufferPointer { $0.update(repeating: 4) }
        let view = tensor.reshaped([6])
        tensor = Tensor(shape: [1])
        workspace.tensor([2, 3]).withUnsafeMutableBufferPointer { $0.update(repeating: 5) }
        #expect(view.values == [4, 4, 4, 4, 4, 4])
        #expect(tensor.values == [0])
    }

    @Test func tensorsMayOutliveTheirWorkspace() {
        var workspace: Workspace? = Workspace(threads: 2)
        let tensor = workspace?.tensor([4])
        tensor?.withUnsafeMutableBufferPointer { $0.update(repeating: 2) }
        workspace = nil
        #expect(tensor?.values == [2, 2, 2, 2])
        #expect(tensor?.rows == 1 && tensor?.columns == 4)
    }
}
