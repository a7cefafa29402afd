import Files
import Foundation
import TestSupport
import Testing

@testable import Experiments

@Suite struct FolderLockTests {
  private static let start = Date(timeIntervalSince1970: 1_800_000_000)

  @Test func secondOwnerIsToldOfTheFirst() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("deep/results")
    let lock = try FolderLock(folder: path, started: Self.start)
    let process = ProcessInfo.processInfo
    let owner =
      "process \(process.processIdentifier) on \(process.hostName), since 2027-01-15T08:00:00Z"
    #expect(throws: FolderLockError.held(folder: path, owner: owner)) {
      try FolderLock(folder: path, started: Self.start)
    }
    #expect(folder.contents == ["deep", "deep/results", "deep/results/run.lock"])
    lock.release()
    #expect(folder.contents == [])
    // Free again, and released once.
    let next = try FolderLock(folder: path, started: Self.start)
    lock.release()
    #expect(throws: FolderLockError.self) { try FolderLock(folder: path, started: Self.start) }
    next.release()
  }

  @Test func foldersWithContentsStay() throws {
    let folder = try TemporaryFolder()
    try folder.write("x", to: "results/x")
    let lock = try FolderLock(folder: folder.file("results/new"), started: Self.start)
    try folder.write("y", to: "results/new/y")
    lock.release()
    #expect(folder.contents == ["results", "results/new", "results/new/y", "results/x"])
  }

  /// The file of a process that was killed is not locked.
  @Test func fileLeftBehindLocksNothing() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "process 1 on another-machine, since 1970-01-01T00:00:00Z, and more text\n", to: "run.lock")
    let lock = try FolderLock(folder: folder.path, started: Self.start)
    let text = try String(contentsOfFile: folder.file("run.lock"), encoding: .utf8)
    #expect(text.hasSuffix("since 2027-01-15T08:00:00Z\n") && !text.contains("another-machine"))
    lock.release()
    #expect(folder.contents == [])
  }

  /// Whoever is refused waits until the owner has said who it is, and is not told of its predecessor.
  @Test(arguments: ["", "process 12", "of the process that is gone"])
  func refusalNamesTheOwnerThatIsStillWriting(leftover: String) throws {
    let folder = try TemporaryFolder()
    let process = ProcessInfo.processInfo
    // No process has this number: it is beyond what Linux gives.
    let gone = "process 2000000000 on \(process.hostName), since 1970-01-01T00:00:00Z\n"
    try folder.write(leftover == "of the process that is gone" ? gone : leftover, to: "run.lock")
    let descriptor = open(folder.file("run.lock"), O_RDWR)
    #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
    let owner = "process \(process.processIdentifier) on \(process.hostName), since now"
    let writer = Thread {
      usleep(50_000)
      ftruncate(descriptor, 0)
      let text = Data("\(owner)\n".utf8)
      _ = text.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }
    writer.start()
    #expect(throws: FolderLockError.held(folder: folder.path, owner: owner)) {
      try FolderLock(folder: folder.path, started: Self.start)
    }
    close(descriptor)
  }

  /// Of many that ask at once, one at a time has the folder.
  @Test func oneAtATimeHasTheFolder() async throws {
    let folder = try TemporaryFolder()
    let path = folder.file("results")
    let turns = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<4 {
        group.addTask {
          var taken = 0
          for _ in 0..<200 {
            guard let lock = try? FolderLock(folder: path, started: Self.start) else { continue }
            let file = "\(path)/busy"
            #expect(!FileManager.default.fileExists(atPath: file))
            try FileContents.write("", to: file)
            try FileManager.default.removeItem(atPath: file)
            lock.release()
            taken += 1
          }
          return taken
        }
      }
      return try await group.reduce(0, +)
    }
    // Who made the folder may find another's lock in it, and who comes last did not make it.
    #expect(turns > 0 && folder.contents.filter { $0 != "results" } == [])
  }
}
